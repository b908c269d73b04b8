import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import cookie from '@fastify/cookie';
import fastifyStatic from '@fastify/static';
import websocket from '@fastify/websocket';
import fastify, { type FastifyInstance, LogController } from 'fastify';
import { openLiveFeed } from '../engine/live-feed.ts';
import { SentinelError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { openApiDocument } from '../operations/openapi.ts';
import type { Services } from '../operations/services.ts';
import { pageWith, WEB_ASSETS, WEB_DIST } from './app-files.ts';
import { docsPage } from './docs-page.ts';
import { contentSecurityPolicy, setHeaders } from './headers.ts';
import { callerOf, type IdentityOptions } from './identity.ts';
import { addLiveRoute } from './live.ts';
import { openMetrics } from './metrics.ts';
import { problemOf } from './problem.ts';
import { guardRoute } from './public-routes.ts';
import { addRateLimits, RATE_LIMITS, type RateLimits } from './rate-limits.ts';
import { addReportShareRoute } from './report-share.ts';
import { addRoutes } from './routes.ts';
import { addEventStreamRoute } from './sse.ts';
import { addSsoRoutes } from './sso-routes.ts';
import { ignoreExpectations, namesTwoHosts, unroutedOptions } from './unrouted.ts';
import { addUploads } from './upload.ts';
import { addWebhookRoute, HOOK_ROUTE } from './webhooks.ts';
import { addWorkerRoute } from './worker-route.ts';

export interface ServerOptions {
  services: Services;
  /** Addresses that people may use: origin such as `http://localhost:8000`; the first one is printed. */
  origins: readonly string[];
  localToken: string;
  logLevel: string;
  /** Addresses and networks of proxies whose X-Forwarded-* headers are believed; of everybody else they are ignored. */
  trustProxy?: readonly string[] | undefined;
  rateLimits?: RateLimits | undefined;
  heartbeatMs?: number | undefined;
}

export interface Server {
  http: FastifyInstance;
  /** Null when the first account exists. */
  setupToken: string | null;
  close(): Promise<void>;
}

const HSTS = 'max-age=31536000';
const REDACTED = [
  'req.headers.authorization',
  'req.headers.cookie',
  'res.headers["set-cookie"]',
  '*.password',
  '*.token',
  '*.secret',
];

/** The HTTP side: routes of all operations, sign-in, live streams, the web app. It does not listen yet. */
export async function createServer(options: ServerOptions): Promise<Server> {
  const { services } = options;
  const first = options.origins[0] ?? 'http://localhost';
  const http = fastify({
    logger: {
      level: options.logLevel,
      redact: { paths: REDACTED, censor: '[redacted]' },
      stream: process.stderr,
    },
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => newId('req'),
    bodyLimit: 1024 * 1024,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
    trustProxy: options.trustProxy?.length ? [...options.trustProxy] : false,
    ...unroutedOptions(first),
  });
  ignoreExpectations(http);
  // Fastify reads it on its own, and no route takes it: it is refused as every other type that is none of theirs.
  http.removeContentTypeParser('text/plain');
  const origins = new Set(options.origins);
  const hosts = new Set(options.origins.map((origin) => new URL(origin).host));
  const feed = openLiveFeed(services.store);
  const metrics = openMetrics(services);
  const identity: IdentityOptions = {
    services,
    localToken: options.localToken,
    origins,
    secureCookie: first.startsWith('https:'),
  };
  http.addHook('onRoute', guardRoute);

  await http.register(cookie);
  await addUploads(http);
  const limits = await addRateLimits(http, options.rateLimits ?? RATE_LIMITS, services.redis);
  await http.register(websocket, { options: { maxPayload: 64 * 1024 } });
  const csp = contentSecurityPolicy('none', first);
  http.addHook('onRequest', async (request, reply) => {
    setHeaders(reply, csp);
    if (request.protocol === 'https') reply.header('strict-transport-security', HSTS);
    reply.header('x-request-id', request.id);
    await limits.address(request);
    if (namesTwoHosts(request.raw.rawHeaders))
      throw new SentinelError('bad-request', 'The request names two hosts.');
    if (!hosts.has(request.host))
      throw new SentinelError('foreign-host', `This server is not ${request.host || 'nameless'}.`);
    // By the route too: `/%61pi/v1/…` leads to it as well.
    const route = request.routeOptions.url ?? '';
    if (route !== HOOK_ROUTE && (isPrivate(request.url) || isPrivate(route))) {
      reply.header('cache-control', 'no-store');
      await limits.caller(request, await callerOf(request, identity));
    }
  });
  http.addHook('onResponse', async (request, reply) =>
    metrics.request(
      request.method,
      request.routeOptions.url ?? 'unknown',
      reply.statusCode,
      reply.elapsedTime,
    ),
  );
  http.setErrorHandler((error, request, reply) => {
    const { status, retryAfter, body } = problemOf(error, request.id);
    if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
    if (status >= 500) request.log.error({ err: error }, 'request failed');
    return reply.code(status).type('application/problem+json').send(body);
  });

  const { queueUp } = services.workflows;
  // Without the queue everything else works, and steps wait: no reason for a load balancer to send people elsewhere.
  http.get('/api/v1/health', async () => ({
    status: 'ok',
    ...(queueUp ? { queue: queueUp() ? 'up' : 'down' } : {}),
  }));
  const document = openApiDocument(services.version);
  http.get('/api/v1/openapi.json', async () => document);
  http.get('/api/openapi.json', async (_request, reply) => reply.redirect('/api/v1/openapi.json'));
  http.get('/metrics', async (request, reply) => {
    await callerOf(request, identity);
    return reply.type('text/plain; version=0.0.4').send(await metrics.text());
  });
  addRoutes(http, identity);
  addSsoRoutes(http, identity, first);
  await addWebhookRoute(http, services);
  await addReportShareRoute(http, services, identity);
  const live = { feed, store: services.store, identity, heartbeatMs: options.heartbeatMs };
  await http.register(async (scope) => addLiveRoute(scope, live));
  await http.register(async (scope) => addWorkerRoute(scope, { services, identity }));
  addEventStreamRoute(http, live);
  http.get('/api/docs', (_request, reply) => {
    const nonce = randomBytes(16).toString('base64');
    setHeaders(reply, contentSecurityPolicy(nonce, first));
    return reply.type('text/html; charset=utf-8').send(docsPage(services.version, first, nonce));
  });
  if (existsSync(WEB_DIST))
    await http.register(fastifyStatic, {
      root: WEB_DIST,
      prefix: '/',
      index: false,
      decorateReply: false,
      preCompressed: true,
      // The name of such a file changes with what is in it.
      setHeaders: (reply, path) => {
        if (path.startsWith(WEB_ASSETS)) reply.header('cache-control', 'public, max-age=31536000, immutable');
      },
    });
  http.setNotFoundHandler((request, reply) => {
    const page =
      request.method === 'GET' &&
      (request.headers.accept ?? '').includes('text/html') &&
      !/^\/(api|auth|ws|assets)\//.test(request.url);
    if (!page) throw new SentinelError('not-found', `There is nothing at ${request.url.split('?')[0]}.`);
    return sendPage(reply);
  });
  http.get('/', (_request, reply) => sendPage(reply));

  return {
    http,
    setupToken: (await services.accounts.setupNeeded()) ? services.accounts.setupToken : null,
    async close() {
      feed.close();
      await http.close();
      metrics.close();
    },
  };

  function sendPage(reply: import('fastify').FastifyReply) {
    const nonce = randomBytes(16).toString('base64');
    setHeaders(reply, contentSecurityPolicy(nonce, first));
    return reply.header('cache-control', 'no-store').type('text/html; charset=utf-8').send(pageWith(nonce));
  }
}

/** Everything below the API needs credentials, whether it exists or not; only health does not. */
function isPrivate(url: string): boolean {
  if (!url.startsWith('/api/v1')) return false;
  const path = url.split('?', 1)[0] ?? '';
  return (path === '/api/v1' || path.startsWith('/api/v1/')) && path !== '/api/v1/health';
}
