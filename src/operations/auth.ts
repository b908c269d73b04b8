import * as z from 'zod';
import { INSTANCE } from '../access/audit.ts';
import { digest } from '../access/digest.ts';
import { SentinelError } from '../lib/errors.ts';
import { Login, PersonName } from '../model/account.ts';
import { ALL_PERMISSIONS } from '../model/permission.ts';
import { type BrowserSession, defineOperation, type From } from './operation.ts';
import { NO_BODY, NONE } from './paging.ts';

export const Me = z.object({
  id: z.string(),
  login: z.string(),
  name: z.string(),
  /** In the project of this request. */
  permissions: z.array(z.string()),
  project: z.string(),
  projects: z.array(z.object({ id: z.string(), slug: z.string(), name: z.string() })),
  mustChangePassword: z.boolean(),
});

const Entered = z.object({ user: z.object({ id: z.string(), login: z.string(), name: z.string() }) });

export const authSession = defineOperation({
  id: 'auth.session',
  summary: 'Who is signed in, and what is still to be set up',
  method: 'GET',
  path: '/auth/session',
  permission: 'public',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: z.object({ setupNeeded: z.boolean(), user: Me.nullable() }),
  cli: 'whoami',
  async handler({ services, caller, from }) {
    const setupNeeded = await services.accounts.setupNeeded();
    const found = from.browser?.value ? await services.sessions.find(from.browser.value) : undefined;
    if (!found && caller.via.kind === 'anonymous') return { setupNeeded, user: null };
    const id = found?.account.id ?? caller.id;
    const all = caller.permissions === 'all';
    const projects = all ? await services.grants.projects() : await services.grants.projectsOf(id);
    return {
      setupNeeded,
      user: {
        id,
        login: found?.account.login ?? caller.id,
        name: found?.account.name ?? caller.name,
        permissions: caller.permissions === 'all' ? ALL_PERMISSIONS : [...caller.permissions].sort(),
        project: caller.project,
        projects: projects.filter((one) => !one.archived).map(({ id, slug, name }) => ({ id, slug, name })),
        mustChangePassword: found?.account.mustChangePassword ?? false,
      },
    };
  },
});

export const authSetup = defineOperation({
  id: 'auth.setup',
  summary: 'Make the first account, with the token that the start printed',
  method: 'POST',
  path: '/auth/setup',
  permission: 'public',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: z.object({
    token: z.string().min(1).max(200),
    login: Login,
    name: PersonName,
    password: z.string().min(1).max(1000),
  }),
  output: Entered,
  cli: 'user add',
  async handler(context, { body }) {
    const { accounts, sessions } = context.services;
    const { token, ...input } = body;
    await accounts.checkSetup(token);
    const prepared = await accounts.prepare({ ...input, role: 'admin' });
    const browser = browserOf(context.from);
    const { account, value } = await context.change(async (write) => {
      await accounts.refuseSecondSetup(write);
      const account = await accounts.create(write, prepared, '');
      context.audit({
        subject: account.id,
        project: INSTANCE,
        after: { login: account.login, role: 'admin' },
      });
      return {
        account,
        value: await sessions.open(write, account.id, { ...context.from, method: 'password' }),
      };
    });
    browser.open(value);
    return { user: account };
  },
});

export const authLogin = defineOperation({
  id: 'auth.login',
  summary: 'Sign in with name and password',
  method: 'POST',
  path: '/auth/login',
  permission: 'public',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: z.object({ login: z.string().min(1).max(100), password: z.string().min(1).max(1000) }),
  output: Entered,
  cli: 'login',
  async handler(context, { body }) {
    const { accounts, sessions, signIn } = context.services;
    if (await accounts.setupNeeded()) throw new SentinelError('setup-needed', 'There is no account yet.');
    context.audit({ subject: body.login.slice(0, 100), project: INSTANCE });
    const account = await signIn.withPassword(body.login, body.password, context.from.address);
    const browser = browserOf(context.from);
    context.audit({ subject: account.id });
    const value = await context.change((write) =>
      sessions.open(write, account.id, { ...context.from, method: 'password' }),
    );
    browser.open(value);
    return { user: account };
  },
});

export const authLogout = defineOperation({
  id: 'auth.logout',
  summary: 'Sign out: the session of this browser ends',
  method: 'POST',
  path: '/auth/logout',
  permission: 'public',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: z.object({}),
  status: 204,
  cli: 'logout',
  async handler({ services, from }) {
    const value = from.browser?.value;
    if (value !== undefined && (await services.sessions.find(value)))
      await services.store.write({ lane: 'interactive' }, (write) =>
        services.sessions.end(write, digest(value)),
      );
    from.browser?.close();
    return {};
  },
});

function browserOf(from: From): BrowserSession {
  if (!from.browser) throw new SentinelError('wrong-usage', 'A session is opened by a browser only.');
  return from.browser;
}
