import { generateKeyPairSync } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import Provider from 'oidc-provider';
import { startHttp } from './local-server.ts';

export interface Person {
  sub: string;
  name?: string;
  email?: string;
  preferred_username?: string;
  groups?: string[];
  /** How the provider says that this person signed in. */
  amr?: string[];
  acr?: string;
}

export interface OidcServer extends AsyncDisposable {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Who signs in at the provider from now on. */
  person: Person;
  /** Method and path of every request. */
  seen: string[];
  /** Goes through the provider as a browser that has no session there, and returns where it is sent in the end. */
  visit(url: string): Promise<string>;
}

/** A real `oidc-provider` in this process: code flow with PKCE and a client secret; whoever comes is signed in at once. */
export async function startOidcServer(
  redirects: () => string[],
  /** For browsers: at `127.0.0.1` it is another site than `localhost`, and somebody has to press a button there. */
  { host = 'localhost', button = false }: { host?: string; button?: boolean } = {},
): Promise<OidcServer> {
  const client = { id: 'sentinelx-test', secret: 'made-up-client-secret' };
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const state: { person: Person } = { person: { sub: 'nobody' } };
  let handle: (request: IncomingMessage, response: ServerResponse) => void = () => {};
  const http = await startHttp((request, response) => handle(request, response));
  const issuer = `http://${host}:${http.port}`;
  let provider: Provider | undefined;

  // Made at the first request: only then it is known where our server listens.
  function providerNow(): Provider {
    provider ??= new Provider(issuer, {
      clients: [
        {
          client_id: client.id,
          client_secret: client.secret,
          redirect_uris: redirects(),
          response_types: ['code'],
          grant_types: ['authorization_code'],
        },
      ],
      jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'test', use: 'sig', alg: 'RS256' }] },
      cookies: { keys: ['made-up-cookie-key'] },
      claims: {
        openid: ['sub', 'amr', 'acr'],
        profile: ['name', 'preferred_username', 'groups'],
        email: ['email'],
      },
      pkce: { required: () => true },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
      findAccount: (_context: unknown, accountId: string) => ({
        accountId,
        claims: () => {
          const { amr: _amr, acr: _acr, ...claims } = state.person;
          return claims;
        },
      }),
    });
    return provider;
  }

  handle = (request, response) => {
    const now = providerNow();
    if (button && /^\/interaction\/[^?]+$/.test(request.url ?? ''))
      response.setHeader('content-type', 'text/html').end('<a href="?pressed">Sign in</a>');
    else if (request.url?.startsWith('/interaction/'))
      void interact(now, request, response, state.person).catch((error) => response.destroy(error));
    else now.callback()(request, response);
  };

  return {
    issuer,
    clientId: client.id,
    clientSecret: client.secret,
    get person() {
      return state.person;
    },
    set person(person) {
      state.person = person;
    },
    seen: http.seen,
    visit: (url) => follow(url, issuer),
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
}

async function interact(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
  { sub: accountId, amr, acr }: Person,
): Promise<void> {
  const { prompt, params } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login')
    return provider.interactionFinished(
      request,
      response,
      { login: { accountId, amr, acr } },
      { mergeWithLastSubmission: false },
    );
  const grant = new provider.Grant({ accountId, clientId: params.client_id ?? '' });
  grant.addOIDCScope(params.scope ?? 'openid');
  const consent = { grantId: await grant.save() };
  return provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
}

async function follow(start: string, issuer: string): Promise<string> {
  const cookies = new Map<string, string>();
  let url = start;
  for (let hop = 0; hop < 10; hop += 1) {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s);
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null)
      throw new Error(`${url} leads nowhere: ${response.status} ${await response.text()}`);
    url = new URL(location, url).href;
    if (!url.startsWith(issuer)) return url;
  }
  throw new Error('too many redirections');
}
