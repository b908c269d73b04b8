import { SentinelError } from '../../../lib/errors.ts';
import type { HttpRequest, Net } from '../../../plugin/powers/net.ts';
import { type Hit, header, type Page, toPage } from './page.ts';

export interface Trouble {
  at: string;
  code: string;
  message: string;
}

/** Makes the requests of a run, counts them and keeps what failed: one unreachable address does not end the run. */
export interface Visitor {
  requests: number;
  troubles: Trouble[];
  get(url: URL, more?: Partial<HttpRequest>): Promise<Page | undefined>;
  /** Runs other work on the network with the same treatment of failures. */
  attempt<T>(at: string, work: () => Promise<T>): Promise<T | undefined>;
}

export function createVisitor(net: Net, options: { timeoutMs: number; signal: AbortSignal }): Visitor {
  const visitor: Visitor = {
    requests: 0,
    troubles: [],
    async attempt(at, work) {
      options.signal.throwIfAborted();
      try {
        return await work();
      } catch (error) {
        const expected =
          error instanceof SentinelError &&
          ['target-unreachable', 'out-of-scope', 'request-limit'].includes(error.code);
        if (!expected || options.signal.aborted) throw error;
        visitor.troubles.push({ at, code: error.code, message: error.message });
        return undefined;
      }
    },
    get(url, more = {}) {
      return visitor.attempt(url.href, async () => {
        visitor.requests += 1;
        // The answer is only looked at, so a bad certificate, which is a finding, need not hide the rest.
        return toPage(
          await net.http({ url: url.href, timeoutMs: options.timeoutMs, inspect: true, ...more }),
        );
      });
    },
  };
  return visitor;
}

export interface Journey {
  /** Where the redirects ended; undefined when that is another host, a loop or unreachable. */
  page: Page | undefined;
  /** Why there is no page although the server answered; undefined otherwise. */
  astray?: string;
  hops: Page[];
  hits: Hit[];
}

const MAX_HOPS = 10;
const LONG = 5;

/** Follows redirects as far as they stay on the host. */
export async function follow(visitor: Visitor, start: URL): Promise<Journey> {
  const hops: Page[] = [];
  const hits: Hit[] = [];
  const seen = new Set<string>();
  let url = start;
  const hit = (rule: 'redirect-loop' | 'redirect-too-long' | 'redirect-downgrade', evidence: string) =>
    hits.push({ rule, at: { kind: 'http', url: start.href }, key: ['redirect'], evidence });
  for (;;) {
    if (seen.has(url.href)) {
      const astray = `${url.href} leads back to itself after ${hops.length} redirects`;
      // We send no cookies: a site that sets one and asks again would let a browser in.
      const asksForCookie = hops.some((hop) => header(hop.response, 'set-cookie') !== undefined);
      if (!asksForCookie) hit('redirect-loop', astray);
      return { page: undefined, astray, hops, hits };
    }
    seen.add(url.href);
    const page = await visitor.get(url);
    const location =
      page && [301, 302, 303, 307, 308].includes(page.response.status)
        ? header(page.response, 'location')
        : undefined;
    if (!page || location === undefined || !URL.canParse(location, url)) return { page, hops, hits };
    hops.push(page);
    const next = new URL(location, url);
    next.hash = '';
    if (url.protocol === 'https:' && next.protocol === 'http:')
      hit('redirect-downgrade', `${url.origin}${url.pathname} → ${next.origin}${next.pathname}`);
    if (hops.length === LONG + 1) hit('redirect-too-long', `more than ${LONG} redirects`);
    const ours =
      /^https?:$/.test(next.protocol) && next.hostname === start.hostname && !next.username && !next.password;
    if (!ours)
      return { page: undefined, astray: `${start.href} leads to ${next.origin}, another host`, hops, hits };
    if (hops.length >= MAX_HOPS)
      return { page: undefined, astray: `${start.href} leads on after ${MAX_HOPS} redirects`, hops, hits };
    url = next;
  }
}
