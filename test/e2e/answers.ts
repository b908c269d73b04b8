import type { Page, Route } from 'playwright-core';
import { ERROR_CODES, type ErrorCode } from '../../src/lib/error-codes.ts';

/** What a request gets instead of the server's own answer. */
export interface Refusal {
  name: string;
  status: number;
  /** What the page has to tell. */
  says: string;
  code?: ErrorCode;
  retryAfter?: number;
  fields?: readonly { field: string; message: string }[];
  current?: unknown;
  /** Not one of ours: a proxy between browser and server. */
  html?: boolean;
}

export const REQUEST_ID = 'req_01h9tested';

export function refusal(code: ErrorCode, says: string, more: Partial<Refusal> = {}): Refusal {
  return { name: String(ERROR_CODES[code].status), status: ERROR_CODES[code].status, code, says, ...more };
}

/** Nobody answers at all. */
export const AWAY: Refusal = { name: 'no connection', status: 0, says: 'The server does not answer' };
export const PROXY: Refusal = { name: 'proxy 502', status: 502, says: 'The server answered 502', html: true };

export async function refuse(route: Route, { status, says, code, html, ...more }: Refusal): Promise<void> {
  if (status === 0) return route.abort('connectionrefused');
  if (html || !code)
    return route.fulfill({ status, contentType: 'text/html', body: '<h1>Bad gateway</h1><hr>undefined' });
  const { title, hint } = ERROR_CODES[code];
  await route.fulfill({
    status,
    contentType: 'application/problem+json',
    headers: more.retryAfter === undefined ? {} : { 'retry-after': String(more.retryAfter) },
    body: JSON.stringify({
      ...{ type: `urn:sentinelx:error:${code}`, title, status, code, detail: says, hint },
      ...{ fields: more.fields, current: more.current, requestId: REQUEST_ID },
    }),
  });
}

/** Counts requests that are not answered yet, and asks a lost server again at once instead of after one and two seconds. */
export async function prepare(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const later = window.setTimeout;
    const soon = (wait?: number) => (wait === 1000 || wait === 2000 ? 20 : wait);
    const open = { count: 0 };
    const send = window.fetch;
    Object.assign(window, {
      openRequests: open,
      fetch: (...request: Parameters<typeof send>) => {
        open.count += 1;
        return send(...request).finally(() => {
          open.count -= 1;
        });
      },
      setTimeout: (handler: TimerHandler, wait?: number, ...more: unknown[]) =>
        later(handler, soon(wait), ...more),
    });
  });
}

/** To another screen without loading the app anew, as a link does. Until something of it is there. */
export async function goWithin(page: Page, address: string): Promise<void> {
  await page.evaluate(async (to) => {
    const parts = () => [...document.querySelectorAll('main :is(h1, h2, form, .loading, .empty, .notice)')];
    const old = new Set(parts());
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate', { state: null }));
    const end = performance.now() + 10_000;
    while (!parts().some((part) => !old.has(part))) {
      if (performance.now() > end) throw new Error(`nothing of ${to} appears`);
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
  }, address);
}

/** Until every request has its answer and no grey bars are left. False: they stay. */
export function answered(page: Page, timeout = 8000): Promise<boolean> {
  return page.evaluate(async (wait) => {
    const { openRequests } = window as unknown as { openRequests: { count: number } };
    const end = performance.now() + wait;
    for (let calm = 0; calm < 5; calm++) {
      // A timer and not a frame: pages that are not in front draw none.
      await new Promise((resolve) => setTimeout(resolve, 12));
      if (openRequests.count > 0 || document.querySelector('main .loading')) calm = -1;
      if (performance.now() > end) return false;
    }
    return true;
  }, timeout);
}
