import type * as client from 'openid-client';
import { SentinelError } from '../lib/errors.ts';
import { randomText } from './digest.ts';

/** One provider of single sign-on, as it is configured. */
export interface OidcProvider {
  id: string;
  name: string;
  issuer: string;
  clientId: string;
  /** `secret:NAME`; without one we are a public client, by PKCE alone. */
  clientSecret?: string | undefined;
  scopes: readonly string[];
  groupsClaim: string;
  /** Group of the provider → role, in a project or everywhere. */
  groups: Readonly<Record<string, { role: string; project?: string | undefined }>>;
  createAccounts: boolean;
  /** What in its ID token means that it has seen a second factor; without it, it is never believed to have. */
  secondFactor?: { amr: readonly string[]; acr: readonly string[] } | undefined;
  /** Only with an issuer on this machine. */
  allowInsecure: boolean;
}

/** What a sign-on that is under way must match when the browser comes back. */
export interface Expected {
  state: string;
  nonce: string;
  verifier: string;
  redirect: string;
  started: number;
  /** The person must have signed in at the provider now, and not just have a session there. */
  fresh: boolean;
}

/** Who the provider says it is. */
export interface Identity {
  issuer: string;
  subject: string;
  login: string;
  name: string;
  email: string;
  groups: string[];
  /** The provider has seen a second factor, by what we were told to believe. */
  secondFactor: boolean;
}

const TIMEOUT_S = 10;
/** So often the description of a provider is read again: its keys and addresses change seldom. */
const KEEP_MS = 3600_000;
/** How far the clock of a provider may be off. */
const CLOCK_SKEW_S = 30;

export type Oidc = ReturnType<typeof openOidc>;

/** OpenID Connect with code, PKCE, state and nonce. A provider is asked at the first sign-on, and again when it did not answer. */
export function openOidc(providers: readonly OidcProvider[], readSecret: (name: string) => Promise<string>) {
  const known = new Map<string, { configuration: Promise<client.Configuration>; until: number }>();

  function provider(id: string): OidcProvider {
    const found = providers.find((one) => one.id === id);
    if (!found) throw new SentinelError('not-found', 'There is no such provider of single sign-on.');
    return found;
  }

  function configurationOf(of: OidcProvider): Promise<client.Configuration> {
    const before = known.get(of.id);
    if (before && before.until > Date.now()) return before.configuration;
    const configuration = discover(of, readSecret);
    known.set(of.id, { configuration, until: Date.now() + KEEP_MS });
    configuration.catch(() => known.delete(of.id));
    return configuration;
  }

  /** Where the browser goes, and what must be kept until it comes back. Throws `sso-unreachable`. */
  async function start(
    of: OidcProvider,
    { redirect, fresh }: { redirect: string; fresh: boolean },
  ): Promise<{ url: string; expected: Expected }> {
    const configuration = await configurationOf(of);
    const { buildAuthorizationUrl, calculatePKCECodeChallenge, randomPKCECodeVerifier } = await import(
      'openid-client'
    );
    const verifier = randomPKCECodeVerifier();
    const expected = {
      state: randomText(),
      nonce: randomText(),
      verifier,
      redirect,
      started: Date.now(),
      fresh,
    };
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: redirect,
      scope: of.scopes.join(' '),
      state: expected.state,
      nonce: expected.nonce,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      // Who asks for a class of sign-in gets it from many providers, also where a weaker one would do for others.
      ...(of.secondFactor?.acr.length ? { acr_values: of.secondFactor.acr.join(' ') } : {}),
      ...(fresh ? { prompt: 'login', max_age: '0' } : {}),
    });
    return { url: url.href, expected };
  }

  /** Throws `sso-refused` for everything that does not fit, `sso-unreachable` when the provider does not answer. */
  async function finish(of: OidcProvider, query: string, expected: Expected): Promise<Identity> {
    const configuration = await configurationOf(of);
    const { authorizationCodeGrant, fetchUserInfo } = await import('openid-client');
    const back = new URL(expected.redirect);
    back.search = query;
    const tokens = await authorizationCodeGrant(configuration, back, {
      expectedState: expected.state,
      expectedNonce: expected.nonce,
      pkceCodeVerifier: expected.verifier,
      idTokenExpected: true,
    }).catch((cause: unknown) => fail(of, cause));
    const claims = tokens.claims();
    if (!claims) throw refusal(of);
    if (expected.fresh) requireFresh(of, claims.auth_time, expected.started);
    const more =
      configuration.serverMetadata().userinfo_endpoint === undefined
        ? {}
        : await fetchUserInfo(configuration, tokens.access_token, claims.sub).catch((cause: unknown) =>
            fail(of, cause),
          );
    // By the signed token only: what user info says was not said about this sign-in.
    return { ...identityOf(of, { ...more, ...claims }), secondFactor: hasSeenSecondFactor(of, claims) };
  }

  return {
    list: () => providers.map(({ id, name }) => ({ id, name })),
    provider,
    start,
    finish,
  };
}

async function discover(
  of: OidcProvider,
  readSecret: (name: string) => Promise<string>,
): Promise<client.Configuration> {
  const secret = await clientSecret(of, readSecret);
  const {
    allowInsecureRequests,
    ClientSecretBasic,
    ClientSecretPost,
    Configuration,
    discovery,
    enableNonRepudiationChecks,
    None,
  } = await import('openid-client');
  const insecure = of.allowInsecure ? [allowInsecureRequests] : [];
  const found = await discovery(new URL(of.issuer), of.clientId, undefined, None(), {
    timeout: TIMEOUT_S,
    execute: insecure,
  }).catch((cause: unknown) => {
    throw unreachable(of, cause);
  });
  const server = found.serverMetadata();
  // What a provider that says nothing takes, by the standard.
  const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  const authentication =
    secret === undefined
      ? None()
      : methods.includes('client_secret_basic')
        ? ClientSecretBasic(secret)
        : ClientSecretPost(secret);
  const configuration = new Configuration(server, of.clientId, undefined, authentication);
  configuration.timeout = TIMEOUT_S;
  for (const allow of insecure) allow(configuration);
  // The signature of the id token is checked too, not only that it came over TLS.
  enableNonRepudiationChecks(configuration);
  return configuration;
}

async function clientSecret(
  of: OidcProvider,
  readSecret: (name: string) => Promise<string>,
): Promise<string | undefined> {
  if (of.clientSecret === undefined) return undefined;
  const name = of.clientSecret.replace(/^secret:/, '');
  return readSecret(name).catch((cause: unknown) => {
    if (!(cause instanceof SentinelError) || cause.code !== 'not-found') throw cause;
    throw new SentinelError(
      'sso-misconfigured',
      `There is no secret '${name}', which the provider ${of.id} of single sign-on needs.`,
      { cause },
    );
  });
}

function requireFresh(of: OidcProvider, authTime: unknown, started: number): void {
  if (typeof authTime === 'number' && authTime >= Math.floor(started / 1000) - CLOCK_SKEW_S) return;
  throw new SentinelError('sso-refused', `${of.name} did not ask who you are again.`);
}

function hasSeenSecondFactor({ secondFactor }: OidcProvider, { amr, acr }: Record<string, unknown>): boolean {
  if (secondFactor === undefined) return false;
  const methods = Array.isArray(amr) ? amr : [];
  return (
    methods.some((method) => secondFactor.amr.includes(method)) ||
    (typeof acr === 'string' && secondFactor.acr.includes(acr))
  );
}

function identityOf(of: OidcProvider, claims: Record<string, unknown>): Omit<Identity, 'secondFactor'> {
  const text = (name: string) => (typeof claims[name] === 'string' ? (claims[name] as string).trim() : '');
  const email = text('email');
  const login = text('preferred_username') || email || text('sub');
  const groups = claims[of.groupsClaim];
  return {
    issuer: text('iss'),
    subject: text('sub'),
    login,
    name: text('name') || login,
    email: /^\S+@\S+$/.test(email) && email.length <= 200 ? email : '',
    // No claim is no group: what cannot be known gives no rights.
    groups: (Array.isArray(groups) ? groups : [groups]).filter((one) => typeof one === 'string'),
  };
}

/** By kind of the error; its words may quote what the provider sent and go with the cause only. */
function fail(of: OidcProvider, cause: unknown): never {
  const { code, status } = (cause ?? {}) as { code?: unknown; status?: unknown };
  const broken =
    cause instanceof TypeError ||
    code === 'OAUTH_TIMEOUT' ||
    code === 'OAUTH_RESPONSE_IS_NOT_JSON' ||
    code === 'OAUTH_RESPONSE_IS_NOT_CONFORM' ||
    (typeof status === 'number' && status >= 500);
  throw broken ? unreachable(of, cause) : refusal(of, cause);
}

function unreachable(of: OidcProvider, cause: unknown): SentinelError {
  return new SentinelError(
    'sso-unreachable',
    `${of.name} (${of.issuer}) does not answer as a provider of single sign-on should.`,
    { cause },
  );
}

function refusal(of: OidcProvider, cause?: unknown): SentinelError {
  return new SentinelError('sso-refused', `The sign-in at ${of.name} was not completed.`, { cause });
}
