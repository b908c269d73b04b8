import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { ServerOptions } from 'node:https';
import type * as z from 'zod';
import { createHostNet } from '../../src/net/host-net.ts';
import { parseScopeEntry } from '../../src/net/scope.ts';
import type { FindingEvent, TaskEvent } from '../../src/plugin/task.ts';
import task from '../../src/plugins/tasks/http-check/index.ts';
import type { RuleId } from '../../src/plugins/tasks/http-check/rules.ts';
import type { KeyPair } from '../servers/certificates.ts';
import { type LocalServer, startHttp, startHttps } from '../servers/local-server.ts';

export interface Answer {
  status?: number;
  headers?: Headers;
  body?: string | Uint8Array;
}
type Headers = Record<string, string | readonly string[] | null>;

/** What differs from a site that http-check has nothing to say about. */
export interface Site {
  /** Served over plain HTTP instead of HTTPS. */
  http?: boolean;
  certificate?: KeyPair;
  tls?: ServerOptions;
  /** Of the first page; null leaves a header out. */
  headers?: Headers;
  body?: string;
  /** Other paths, or the first page as a whole. */
  files?: Record<string, Answer>;
  /** Answers before everything else when it returns true. */
  answer?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** What stands on the port of plain HTTP: a redirect to the site unless told. */
  plain?: RequestListener;
  params?: Partial<z.input<typeof task.params>>;
  /** Milliseconds that the clock of the run is ahead. */
  later?: number;
  /** Trust nobody but the system's authorities. */
  stranger?: boolean;
}

export interface Checked {
  findings: FindingEvent<RuleId>[];
  rules: ReadonlySet<RuleId>;
  covered: ReadonlySet<RuleId>;
  problems: Extract<TaskEvent<RuleId>, { type: 'problem' }>[];
  requests: number;
}

const HARDENED: Record<string, string> = {
  'Content-Type': 'text/html; charset=utf-8',
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
  'Content-Security-Policy': "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'camera=()',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

export function securityTxt(later = 0): string {
  const expires = new Date(Date.now() + later + 90 * 86_400_000).toISOString();
  return `Contact: mailto:security@example.org\nExpires: ${expires}\n`;
}

/** Serves the site, lets http-check look at it, and takes it away. */
export async function checkSite(
  site: Site,
  keys: { certificate: KeyPair; ca: readonly string[] },
): Promise<Checked> {
  await using server = site.http
    ? await startHttp(listener(site))
    : await startHttps(
        { minVersion: 'TLSv1.2', ...(site.certificate ?? keys.certificate), ...site.tls },
        listener(site),
      );
  const origin = server.origin;
  const redirect: RequestListener = (_request, response) =>
    response.writeHead(308, { Location: `${origin}/` }).end();
  await using plain = await startHttp(site.plain ?? redirect);
  return await look(server, site, { plainPort: plain.port, ca: site.stranger ? [] : keys.ca });
}

async function look(
  server: LocalServer,
  site: Site,
  { plainPort, ca }: { plainPort: number; ca: readonly string[] },
): Promise<Checked> {
  const signal = new AbortController().signal;
  const net = createHostNet({
    entries: [parseScopeEntry('localhost')],
    userAgent: 'SentinelX test',
    ratePerSecond: 10_000,
    maxRequests: 500,
    signal,
    ...(ca.length > 0 ? { ca } : {}),
  });
  const params = task.params.parse({
    url: `${server.origin}/`,
    timeoutMs: 2000,
    httpPort: plainPort,
    ...site.params,
  });
  const now = () => Date.now() + (site.later ?? 0);
  const events: TaskEvent<RuleId>[] = [];
  for await (const event of task.run({ params, net, signal, log: () => {}, now })) events.push(event);
  const findings = events.filter((event) => event.type === 'finding');
  return {
    findings,
    rules: new Set(findings.map((one) => one.rule)),
    covered: new Set(events.flatMap((event) => (event.type === 'covered' ? (event.rules ?? []) : []))),
    problems: events.filter((event) => event.type === 'problem'),
    requests: server.seen.length,
  };
}

function listener(site: Site): RequestListener {
  return (request, response) => {
    if (site.answer?.(request, response)) return;
    const path = request.url ?? '';
    const file = site.files?.[path];
    if (file) return send(response, file);
    if (path === '/')
      return send(response, {
        headers: { ...HARDENED, ...site.headers },
        body: site.body ?? '<!doctype html><title>Fine</title>',
      });
    if (path === '/.well-known/security.txt')
      return send(response, {
        headers: { 'Content-Type': 'text/plain; charset=utf-8' },
        body: securityTxt(site.later),
      });
    return send(response, { status: 404 });
  };
}

function send(response: ServerResponse, { status = 200, headers = {}, body = '' }: Answer): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) if (value !== null) response.setHeader(name, value);
  response.end(body);
}
