import type { FastifyReply, FastifyRequest } from 'fastify';
import { sameText } from '../access/digest.ts';
import { DEFAULT_PROJECT } from '../access/grants.ts';
import type { Token } from '../access/tokens.ts';
import { SentinelError } from '../lib/errors.ts';
import { secondFactorNeeded } from '../operations/before-second-factor.ts';
import type { BrowserSession, Caller, From } from '../operations/operation.ts';
import type { Services } from '../operations/services.ts';
import { type HostCookie, hostCookie, SESSION_COOKIE } from './host-cookie.ts';

export interface IdentityOptions {
  services: Services;
  /** The token in `server.json`, for the command line of the same user. */
  localToken: string;
  /** Origins that a browser may send requests from. */
  origins: ReadonlySet<string>;
  secureCookie: boolean;
}

export const ANONYMOUS: Caller = {
  id: 'anonymous',
  name: '',
  project: DEFAULT_PROJECT,
  local: false,
  permissions: new Set(),
  via: { kind: 'anonymous', id: null },
  verified: 0,
};

const known = new WeakMap<FastifyRequest, Promise<Caller>>();

/** Who asks, looked up once a request. Throws `unauthenticated`, and `foreign-origin` for a write that another site could have sent. */
export async function callerOf(request: FastifyRequest, options: IdentityOptions): Promise<Caller> {
  const caller = await callerOrAnonymous(request, options);
  if (caller.via.kind === 'anonymous') throw new SentinelError('unauthenticated', 'Sign in first.');
  requireOwnPassword(request, caller);
  requireSecondFactor(request, caller);
  return caller;
}

/** The same, but nobody is somebody too; credentials that are wrong are refused all the same. */
export function callerOrAnonymous(request: FastifyRequest, options: IdentityOptions): Promise<Caller> {
  const before = known.get(request);
  if (before) return before;
  const looking = lookUp(request, options);
  known.set(request, looking);
  return looking;
}

/** For a connection that stays open: who that is by now. */
export async function freshCaller(request: FastifyRequest, options: IdentityOptions): Promise<Caller> {
  const caller = await lookUp(request, options);
  if (caller.via.kind === 'anonymous') throw new SentinelError('unauthenticated', 'Sign in first.');
  requireOwnPassword(request, caller);
  requireSecondFactor(request, caller);
  return caller;
}

/** With a password that somebody else set, one can see who one is and change it. */
const BEFORE_OWN_PASSWORD = new Set(['account.get', 'account.password']);

function requireOwnPassword(request: FastifyRequest, caller: Caller): void {
  if (!caller.mustChangePassword) return;
  if (BEFORE_OWN_PASSWORD.has(request.routeOptions.config?.operation ?? '')) return;
  throw new SentinelError('password-change-needed', 'Change the password that you were given first.');
}

/** What is an operation is refused there (`authorise`), where the attempt is audited; all else (streams, documents) is refused here. */
function requireSecondFactor(request: FastifyRequest, { secondFactorDue }: Caller): void {
  if (secondFactorDue === undefined || request.routeOptions.config?.operation !== undefined) return;
  throw secondFactorNeeded(secondFactorDue);
}

async function lookUp(request: FastifyRequest, options: IdentityOptions): Promise<Caller> {
  const { services } = options;
  const project = namedProject(request);
  const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (bearer !== undefined) {
    // How long that one is, is no secret; most tokens are longer, and hashing both for nothing is most of what a look-up takes.
    if (bearer.length === options.localToken.length && sameText(bearer, options.localToken))
      return ownerCaller(services, project);
    const { token, account } = await services.tokens.find(bearer, request.ip);
    const caller = await accountCaller(
      services,
      account,
      project ?? token.project ?? undefined,
      token.project,
    );
    return {
      ...caller,
      permissions: await narrowed(services, caller, token),
      via: { kind: 'token', id: token.id },
      verified: Number.POSITIVE_INFINITY,
      ...(token.project === null ? {} : { onlyProject: token.project }),
    };
  }
  if (request.headers.authorization)
    throw new SentinelError('unauthenticated', 'Authorization expects: Bearer TOKEN.');
  const cookie = request.cookies[cookieOf(request, options).name];
  const found = cookie ? await services.sessions.find(cookie) : undefined;
  if (!found) return ANONYMOUS;
  if (request.method !== 'GET' && request.method !== 'HEAD') checkOrigin(request, options.origins);
  const caller = await accountCaller(services, found.account, project);
  const secondFactorDue = await services.secondFactorRule.due(found.session);
  return {
    ...caller,
    via: { kind: 'session', id: found.session.id },
    verified: found.session.verified,
    ...(secondFactorDue === undefined ? {} : { secondFactorDue }),
  };
}

async function accountCaller(
  { grants }: Services,
  { id, name, mustChangePassword }: { id: string; name: string; mustChangePassword: boolean },
  named: string | undefined,
  only: string | null = null,
): Promise<Omit<Caller, 'via' | 'verified'>> {
  const project = await grants.projectFor(id, named);
  const caller = {
    id,
    name,
    local: false,
    ...(mustChangePassword ? { mustChangePassword: true as const } : {}),
  };
  if (project === undefined || (only !== null && project !== only))
    return {
      ...caller,
      project: DEFAULT_PROJECT,
      permissions: new Set(),
      denied: `You have no access to a project '${(named ?? '').slice(0, 100)}'.`,
    };
  return { ...caller, project, permissions: await grants.permissionsIn(id, project) };
}

/** Who may read the token in the data folder is its owner, with everything that the command line may do on the store itself. */
async function ownerCaller({ grants }: Services, named: string | undefined): Promise<Caller> {
  const projects = await grants.projects();
  const project = projects.find(({ id, slug }) => id === named || slug === named)?.id;
  if (named !== undefined && project === undefined)
    throw new SentinelError('not-found', `There is no project '${named.slice(0, 100)}'.`);
  return {
    id: 'local:owner',
    name: 'owner',
    project: project ?? DEFAULT_PROJECT,
    local: true,
    permissions: 'all',
    via: { kind: 'owner', id: null },
    verified: Number.POSITIVE_INFINITY,
  };
}

function narrowed(
  { access }: Services,
  { permissions, project, denied }: Omit<Caller, 'via' | 'verified'>,
  token: Token,
): Caller['permissions'] | Promise<Caller['permissions']> {
  const to = token.permissions;
  if (to === null || permissions === 'all' || denied !== undefined) return permissions;
  return access.get(
    `narrowed:${token.id}:${project}`,
    async () => new Set(to.filter((name) => permissions.has(name))),
  );
}

/** By header, or in the address where a browser cannot send one (downloads, WebSocket). */
function namedProject(request: FastifyRequest): string | undefined {
  const header = request.headers['x-sentinelx-project'];
  if (typeof header === 'string' && header !== '') return header;
  const { project } = (request.query ?? {}) as { project?: unknown };
  return typeof project === 'string' && project !== '' && isDirectAddress(request) ? project : undefined;
}

function isDirectAddress(request: FastifyRequest): boolean {
  return /^\/(?:ws\/|api\/v1\/stream\b)/.test(request.url) || request.routeOptions.config?.download === true;
}

/** Browsers send Origin with every write and every WebSocket; its absence is refused where a cookie speaks. */
export function checkOrigin(request: FastifyRequest, origins: ReadonlySet<string>): void {
  const origin = request.headers.origin;
  if (origin !== undefined && origins.has(origin)) return;
  throw new SentinelError(
    'foreign-origin',
    `Requests from ${origin ?? 'an unknown origin'} are not accepted.`,
  );
}

/** Where the request comes from, with the browser's session in it. */
export function fromOf(request: FastifyRequest, reply: FastifyReply, options: IdentityOptions): From {
  const { origin, 'if-match': ifMatch } = request.headers;
  return {
    address: request.ip,
    agent: request.headers['user-agent'] ?? '',
    request: request.id,
    home: [...options.origins][0],
    ...(origin !== undefined && options.origins.has(origin) ? { origin } : {}),
    ...(ifMatch === undefined ? {} : { ifMatch }),
    browser: browserSession(request, reply, cookieOf(request, options)),
  };
}

function browserSession(request: FastifyRequest, reply: FastifyReply, cookie: HostCookie): BrowserSession {
  const { name, secure } = cookie;
  const options = { path: '/', httpOnly: true, sameSite: 'strict', secure } as const;
  return {
    value: request.cookies[name],
    open(value) {
      reply.setCookie(name, value, options);
      // Of a release that had no prefix: it opens nothing any more.
      if (secure && request.cookies[SESSION_COOKIE] !== undefined)
        reply.clearCookie(SESSION_COOKIE, { path: '/' });
    },
    // A browser keeps a cookie with the prefix when the one that ends it is not secure too.
    close: () => void reply.clearCookie(name, options),
  };
}

function cookieOf(request: FastifyRequest, options: IdentityOptions): HostCookie {
  return hostCookie(request, options, SESSION_COOKIE);
}
