import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { type Ctx, defineTask, type TaskEvent } from '../../../plugin/task.ts';
import { checkContent } from './content.ts';
import { checkCookies } from './cookies.ts';
import { checkCors, foreignOrigins } from './cors.ts';
import { checkCsp } from './csp.ts';
import { checkExposed, EXPOSED_FILES } from './exposed.ts';
import { checkHeaders } from './headers.ts';
import { type Hit, header, type Page } from './page.ts';
import { RULES, type RuleId } from './rules.ts';
import { checkSecurityTxt, SECURITY_TXT } from './security-txt.ts';
import { checkTransport, lookAtTransport, type TlsFacts } from './transport.ts';
import { createVisitor, follow, type Visitor } from './visit.ts';

const Params = z.object({
  url: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .meta({
      kind: 'url',
      target: true,
      title: 'Address',
      description: 'Where to start; it must be in the authorised scope.',
      examples: ['https://example.org/'],
    }),
  paths: z
    .array(z.string().regex(/^\//, 'expects a path that starts with /').max(1024))
    .max(50)
    .default([])
    .meta({
      title: 'Further paths',
      description: 'Pages of the same site that are looked at as well.',
      examples: [['/login']],
    }),
  httpPort: z.int().min(1).max(65_535).default(80).meta({
    title: 'Port of plain HTTP',
    description: 'Where an HTTPS site answers plain HTTP, to see whether it leads to HTTPS.',
    advanced: true,
  }),
  timeoutMs: z.int().min(100).max(60_000).default(10_000).meta({
    title: 'Time limit of a request',
    description: 'In milliseconds.',
    advanced: true,
  }),
});

const Output = z.object({
  url: z.string(),
  requests: z.int(),
  pages: z.array(
    z.object({
      url: z.string(),
      status: z.int(),
      durationMs: z.number(),
      headers: z.array(z.tuple([z.string(), z.string()])),
    }),
  ),
  tls: z
    .object({
      protocol: z.string(),
      cipher: z.string(),
      versions: z.array(z.string()),
      trusted: z.boolean(),
      trustError: z.string().nullable(),
      subject: z.string().nullable(),
      issuer: z.string().nullable(),
      names: z.array(z.string()),
      validTo: z.int().nullable(),
    })
    .nullable(),
});

const RULE_IDS = Object.keys(RULES) as RuleId[];
const TLS_RULES = RULE_IDS.filter((rule) => /^(tls|cert)-/.test(rule));
const SITE_RULES = RULE_IDS.filter((rule) =>
  /^(exposed|security-txt)-|^trace-enabled$|^http-not-redirected$/.test(rule),
);
const PAGE_RULES = RULE_IDS.filter((rule) => !TLS_RULES.includes(rule) && !SITE_RULES.includes(rule));
/** Rules that need the whole body. */
const BODY_RULES = RULE_IDS.filter((rule) => /^(mixed|form|password|sri|session|directory)-/.test(rule));

type Events = AsyncGenerator<TaskEvent<RuleId>, void>;
interface Look {
  ctx: Ctx<z.output<typeof Params>, 'net'>;
  visitor: Visitor;
  pages: Page[];
}

export default defineTask({
  id: 'http-check',
  title: 'Web site check',
  summary: 'Shows what a web site does not protect: headers, cookies, TLS, redirects, exposed files.',
  description:
    'Looks at an authorised web site as a visitor does (GET, HEAD and OPTIONS only, no log-in, no attack) and reports missing ' +
    'or weak security headers, cookies, cross-origin rules, redirects, mixed content, TLS versions and certificate, files that ' +
    'should not be public and the state of security.txt.',
  category: 'web',
  version: 1,
  touches: 'reads-target',
  needs: ['net'],
  params: Params,
  output: Output,
  rules: RULES,
  examples: [
    { title: 'One site', params: { url: 'https://example.org/' } },
    { title: 'With its log-in page', params: { url: 'https://example.org/', paths: ['/login'] } },
  ],
  async *run(ctx) {
    const start = new URL(ctx.params.url);
    start.hash = '';
    const visitor = createVisitor(ctx.net, { timeoutMs: ctx.params.timeoutMs, signal: ctx.signal });
    const look: Look = { ctx, visitor, pages: [] };
    const urls = [...new Set([start.href, ...ctx.params.paths.map((path) => new URL(path, start).href)])].map(
      (url) => new URL(url),
    );
    const own = urls.filter((url) => url.origin === start.origin);
    const total = own.length + 3;
    for (const [index, url] of own.entries()) {
      yield* pageEvents(look, url);
      yield { type: 'progress', done: index + 1, total, note: url.pathname };
      // Nothing answers at the first address: the other looks would only wait for their time limits.
      if (index === 0 && visitor.troubles.length > 0 && look.pages.length === 0) break;
    }
    let tls: TlsFacts | null = null;
    if (look.pages.length > 0) {
      const site = look.pages[0]?.url.hostname === start.hostname ? (look.pages[0]?.url ?? start) : start;
      tls = yield* transportEvents(look, site);
      yield { type: 'progress', done: total - 2, total, note: 'TLS' };
      yield* siteEvents(look, site);
      yield { type: 'progress', done: total, total };
    }
    for (const trouble of visitor.troubles) yield { type: 'problem', ...trouble };
    return {
      url: start.href,
      requests: visitor.requests,
      pages: look.pages.map(describePage),
      tls: tls ? describeTls(tls) : null,
    };
  },
});

async function* pageEvents({ ctx, visitor, pages }: Look, url: URL): Events {
  const journey = await follow(visitor, url);
  const now = ctx.now();
  const hits = [...journey.hits, ...journey.hops.flatMap((hop) => checkCookies(hop, now))];
  for (const hop of journey.hops) if (!pages.includes(hop)) pages.push(hop);
  const page = journey.page;
  if (!page) {
    yield* findings(hits);
    if (journey.astray)
      visitor.troubles.push({
        at: url.href,
        code: 'target-unreachable',
        message: `${journey.astray}: the page was not examined.`,
      });
    return;
  }
  pages.unshift(page);
  hits.push(...checkHeaders(page), ...checkCsp(page), ...checkCookies(page, now), ...checkContent(page));
  if (page.url.protocol === 'http:')
    hits.push({ rule: 'plain-http', at: { kind: 'http', url: page.url.href }, key: ['scheme'] });
  const missed = new Set<RuleId>(page.response.truncated ? BODY_RULES : []);
  const cors: Hit[] = [];
  for (const origin of foreignOrigins(page.url)) {
    const answer = await visitor.get(page.url, { headers: { origin }, maxBytes: 0 });
    if (!answer) for (const rule of RULE_IDS) if (rule.startsWith('cors-')) missed.add(rule);
    for (const hit of answer ? checkCors(answer, origin) : [])
      if (!cors.some((other) => other.rule === hit.rule)) cors.push(hit);
  }
  hits.push(...cors);
  ctx.log('debug', `${page.url.pathname}: ${hits.length} findings`);
  yield* findings(hits);
  const rules = PAGE_RULES.filter((rule) => !missed.has(rule));
  for (const seen of [page, ...journey.hops]) {
    yield {
      type: 'covered',
      at: { kind: 'origin', url: seen.url.origin, paths: [`${seen.url.pathname}${seen.url.search}`] },
      rules,
    };
  }
}

async function* transportEvents(
  { ctx, visitor }: Look,
  site: URL,
): AsyncGenerator<TaskEvent<RuleId>, TlsFacts | null> {
  if (site.protocol !== 'https:') return null;
  const facts = await visitor.attempt(`${site.host} TLS`, () =>
    lookAtTransport(ctx.net, site, ctx.params.timeoutMs),
  );
  if (!facts) return null;
  yield* findings(checkTransport(site, facts, ctx.now()));
  for (const [version, message] of Object.entries(facts.unknown))
    visitor.troubles.push({ at: `${site.host} ${version}`, code: 'unsupported', message });
  const unknown = Object.keys(facts.unknown);
  const rules = TLS_RULES.filter(
    (rule) =>
      !(rule === 'tls-old-protocol' && unknown.some((version) => /^TLSv1(\.1)?$/.test(version))) &&
      !(rule === 'tls-no-13' && unknown.includes('TLSv1.3')) &&
      !(rule === 'tls-no-forward-secrecy' && unknown.includes('TLSv1.2')),
  );
  yield { type: 'covered', at: { kind: 'origin', url: site.origin }, rules };
  return facts;
}

async function* siteEvents({ ctx, visitor }: Look, site: URL): Events {
  const missed = new Set<RuleId>();
  const hits: Hit[] = [];
  if (site.protocol === 'https:') {
    const plain = new URL(`http://${site.hostname}:${ctx.params.httpPort}/`);
    // No plain HTTP at all is as good as a redirect, so an unreachable port is no problem of the run.
    const before = visitor.troubles.length;
    const answer = await visitor.get(plain, { maxBytes: 0 });
    const failure = visitor.troubles[before];
    if (failure?.code === 'target-unreachable') visitor.troubles.length = before;
    const to = answer ? header(answer.response, 'location') : undefined;
    const safe = to !== undefined && URL.canParse(to, plain) && new URL(to, plain).protocol === 'https:';
    if (answer && answer.response.status < 400 && !safe) {
      const evidence = `${plain.origin}/ answers ${answer.response.status}`;
      hits.push({
        rule: 'http-not-redirected',
        at: { kind: 'http', url: `${site.origin}/` },
        key: ['plain http'],
        evidence,
      });
    }
    if (failure && failure.code !== 'target-unreachable') missed.add('http-not-redirected');
  }
  const options = await visitor.get(new URL('/', site), { method: 'OPTIONS', maxBytes: 0 });
  const allow = options ? (header(options.response, 'allow') ?? '') : '';
  if (/\bTRACE\b/i.test(allow))
    hits.push({
      rule: 'trace-enabled',
      at: { kind: 'http', url: `${site.origin}/` },
      key: ['allow'],
      evidence: `Allow: ${allow}`,
    });
  if (!options) missed.add('trace-enabled');
  // It may stand behind a redirect (RFC 9116 §3); on another host it is not ours to look at.
  const { page: txt } = await follow(visitor, new URL(SECURITY_TXT, site));
  if (txt) hits.push(...checkSecurityTxt(txt, ctx.now()));
  else for (const rule of SITE_RULES) if (rule.startsWith('security-txt-')) missed.add(rule);
  hits.push(...(await exposedHits(visitor, { site, missed })));
  yield* findings(hits);
  yield {
    type: 'covered',
    at: { kind: 'origin', url: site.origin },
    rules: SITE_RULES.filter((rule) => !missed.has(rule)),
  };
}

async function exposedHits(visitor: Visitor, options: { site: URL; missed: Set<RuleId> }): Promise<Hit[]> {
  const baseline: Page[] = [];
  for (const ending of ['', '.txt']) {
    const page = await visitor.get(new URL(`/${randomBytes(9).toString('hex')}${ending}`, options.site), {
      maxBytes: 65_536,
    });
    if (page) baseline.push(page);
  }
  const hits: Hit[] = [];
  for (const file of EXPOSED_FILES) {
    const page = await visitor.get(new URL(file.path, options.site), { maxBytes: 65_536 });
    if (page) hits.push(...checkExposed(file, page, baseline));
    else options.missed.add(file.rule);
  }
  return hits;
}

function* findings(hits: readonly Hit[]): Generator<TaskEvent<RuleId>, void> {
  for (const hit of hits) yield { type: 'finding', ...hit };
}

function describePage(page: Page) {
  const { url, status, durationMs, headers } = page.response;
  const shown = headers.map(([name, value]): [string, string] => [
    name,
    // The value of a cookie is a secret; its name and attributes are not.
    name.toLowerCase() === 'set-cookie' ? value.replace(/=[^;]*/, '=…') : value,
  ]);
  return { url, status, durationMs, headers: shown };
}

function describeTls({ look, versions }: TlsFacts) {
  const leaf = look.chain[0];
  const { protocol, cipher, trusted, trustError } = look;
  const certificate = {
    subject: leaf?.subject ?? null,
    issuer: leaf?.issuer ?? null,
    names: leaf?.names ?? [],
    validTo: leaf?.validTo ?? null,
  };
  return { protocol, cipher, versions, trusted, trustError, ...certificate };
}
