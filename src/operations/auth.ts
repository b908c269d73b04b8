import * as z from 'zod';
import { INSTANCE } from '../access/audit.ts';
import { digest } from '../access/digest.ts';
import { SECOND_FACTORS } from '../access/second-factors.ts';
import { SentinelError } from '../lib/errors.ts';
import { Login, PersonName } from '../model/account.ts';
import { ALL_PERMISSIONS } from '../model/permission.ts';
import { browserOf, Entered, enter } from './enter.ts';
import { defineOperation } from './operation.ts';
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
  /** What is demanded before anything else: to set up a second factor, or to show it. */
  secondFactorDue: z.enum(['enrol', 'prove']).nullable(),
});

/** Looser than the rule for new ones: what is not there is simply unknown. */
const GivenLogin = z
  .string()
  .min(1)
  .max(100)
  .regex(/^\P{C}+$/u, 'expects no control characters');

const FactorDue = z.object({
  /** For `POST /auth/second-factor` or `POST /auth/passkey/options`; five tries within five minutes. */
  ticket: z.string(),
  methods: z.array(z.enum(SECOND_FACTORS)),
});

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
  output: z.object({
    setupNeeded: z.boolean(),
    user: Me.nullable(),
    /** Of single sign-on: `/auth/oidc/{id}/start` leads there. */
    providers: z.array(z.object({ id: z.string(), name: z.string() })),
    passwordSignIn: z.boolean(),
  }),
  cli: 'whoami',
  async handler({ services, caller, from }) {
    const state = {
      setupNeeded: await services.accounts.setupNeeded(),
      providers: services.oidc.list(),
      passwordSignIn: services.auth.passwordSignIn,
    };
    const found = from.browser?.value ? await services.sessions.find(from.browser.value) : undefined;
    if (!found && caller.via.kind === 'anonymous') return { ...state, user: null };
    const id = found?.account.id ?? caller.id;
    const all = caller.permissions === 'all';
    const projects = all ? await services.grants.projects() : await services.grants.projectsOf(id);
    return {
      ...state,
      user: {
        id,
        login: found?.account.login ?? caller.id,
        name: found?.account.name ?? caller.name,
        permissions: caller.permissions === 'all' ? ALL_PERMISSIONS : [...caller.permissions].sort(),
        project: caller.project,
        projects: projects.filter((one) => !one.archived).map(({ id, slug, name }) => ({ id, slug, name })),
        mustChangePassword: found?.account.mustChangePassword ?? false,
        secondFactorDue: caller.secondFactorDue ?? null,
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
    const { accounts } = context.services;
    const { token, ...input } = body;
    await accounts.checkSetup(token);
    const prepared = await accounts.prepare({ ...input, role: 'admin' });
    return enter(context, 'password', async (write) => {
      await accounts.refuseSecondSetup(write);
      const account = await accounts.create(write, prepared, '');
      context.audit({
        subject: account.id,
        project: INSTANCE,
        after: { login: account.login, role: 'admin' },
      });
      return account;
    });
  },
});

export const authLogin = defineOperation({
  id: 'auth.login',
  summary: 'Sign in with name and password; with a second factor set up, the answer is a ticket for it',
  method: 'POST',
  path: '/auth/login',
  permission: 'public',
  audited: true,
  shownOnce: true,
  pathParams: NONE,
  query: NONE,
  body: z.object({ login: GivenLogin, password: z.string().min(1).max(1000) }),
  output: z.union([Entered, z.object({ secondFactor: FactorDue })]),
  cli: 'login',
  async handler(context, { body }) {
    const { accounts, signIn, secondFactors, secondFactorRule, auth } = context.services;
    if (await accounts.setupNeeded()) throw new SentinelError('setup-needed', 'There is no account yet.');
    if (!auth.passwordSignIn)
      throw new SentinelError('password-sign-in-off', 'Signing in with a password is turned off.');
    context.audit({ subject: body.login.slice(0, 100), project: INSTANCE });
    browserOf(context.from);
    const account = await signIn.withPassword(body.login, body.password, context.from.address);
    context.audit({ subject: account.id });
    const methods = await secondFactors.methods(account.id);
    if (methods.length === 0) {
      if (await secondFactorRule.concerns(account.id))
        context.audit({ after: { secondFactor: 'to be set up' } });
      return enter(context, 'password', async () => account);
    }
    context.audit({ after: { secondFactor: 'due' } });
    const ticket = await context.change((write) =>
      secondFactors.challenges.issue(write, 'second-factor', { user: account.id, data: {} }),
    );
    return { secondFactor: { ticket, methods } };
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
