import { get, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faultsOf, launchBrowser, openPage, settled, signInAs } from './browser.ts';
import { type SeededServer, startSeededServer } from './seeded-server.ts';

let server: SeededServer;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  server = await startSeededServer();
  browser = await launchBrowser();
  page = await openPage(browser, complaints);
  await signInAs(page, server);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

test('every number leads to the list with exactly that many rows', async () => {
  await go('/');
  const numbers = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLAnchorElement>('main a[href]')].flatMap((link) => {
      const count = /\d+/.exec(
        link.querySelector('.fact-count, .count-number, .meter-number')?.textContent ?? link.textContent,
      );
      return count && /^\/(findings|runs)\?/.test(link.getAttribute('href') ?? '')
        ? [{ href: link.getAttribute('href') as string, count: Number(count[0]), text: link.textContent }]
        : [];
    }),
  );
  expect(numbers.length, 'severities, all, first seen, ages, states, categories').toBeGreaterThan(11);
  for (const { href, count, text } of numbers) {
    const address = new URL(href, server.base);
    const shown = address.pathname === '/findings' ? await findingsOf(address) : await runsOf(address);
    expect([text, href, count]).toEqual([text, href, shown]);
  }
  // The page of one of them, too: not only the question behind it.
  const critical = numbers.find(({ href }) => href.includes('critical'));
  await page
    .getByRole('link', { name: /Critical/ })
    .first()
    .click();
  await page.getByRole('heading', { name: 'Findings', exact: true }).waitFor();
  await expect.poll(() => page.locator('[data-row]').count()).toBe(critical?.count);
}, 60_000);

test('whether something exploited hits us is unknown until the lists are there, and then a number with its list', async () => {
  await go('/');
  const card = page.getByRole('region', { name: 'Exploited in the wild' });
  await card.getByText('was not imported').first().waitFor();
  expect(await card.getByText('unknown', { exact: true }).count()).toBe(2);
  expect(await card.getByText('sentinelx intel signals import').count()).toBe(2);
  const form = new FormData();
  const kev = {
    title: 'Known exploited',
    dateReleased: '2026-11-20T17:04:19.9796Z',
    vulnerabilities: [{ cveID: 'CVE-2024-1000', dateAdded: '2024-03-01', dueDate: '2024-03-22' }],
  };
  form.append('file', new Blob([JSON.stringify(kev)], { type: 'application/json' }), 'kev.json');
  const taken = await server.call('/api/v1/intel/signals', { method: 'POST', body: form });
  expect(taken.status, JSON.stringify(taken.body)).toBe(200);
  await go('/');
  await card.getByText("CISA's list as of").waitFor();
  expect(await card.getByText('unknown', { exact: true }).count()).toBe(1);
  const link = card.getByRole('link', { name: /known to be exploited/ });
  await link.click();
  await page.waitForURL(/q=is%3Aopen\+is%3Akev|q=is%3Aopen%20is%3Akev/);
}, 60_000);

test('time and asset stand in the address and are those of every card', async () => {
  await go('/');
  const name = (await server.call('/api/v1/assets')).body.items[0];
  await page.getByLabel('Asset').selectOption(name.id);
  await page.getByRole('combobox', { name: 'Time' }).selectOption('7');
  await page.waitForURL(/days=7/);
  expect(new URL(page.url()).searchParams.get('asset')).toBe(name.id);
  await settled(page);
  const links = await page
    .locator('main a[href^="/findings?"], main a[href^="/runs?"]')
    .evaluateAll((all) => all.map((link) => decodeURIComponent(link.getAttribute('href') ?? '')));
  expect(links.length).toBeGreaterThan(8);
  expect(links.filter((href) => !href.includes(name.id))).toEqual([]);
}, 60_000);

test('cards are chosen and put in order with the keyboard, and kept for the person', async () => {
  await go('/');
  await page.getByRole('button', { name: 'Cards' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('For whom').selectOption('manager');
  await dialog.getByRole('button', { name: 'Move up: Open findings' }).press('Enter');
  await dialog.getByRole('checkbox', { name: 'Platform' }).uncheck();
  expect(await faultsOf(page, 'cards of the first page')).toEqual([]);
  await dialog.getByRole('button', { name: 'Save' }).press('Enter');
  await dialog.waitFor({ state: 'detached' });
  const { overview } = (await server.call('/api/v1/account/settings')).body;
  expect(overview, 'the owner of the folder is somebody else').toBeNull();
  await go('/');
  const order = () => page.locator('main h2').allInnerTexts();
  await expect
    .poll(async () => (await order()).slice(-3))
    .toEqual(['Open findings', 'Exploited in the wild', 'Needs you']);
  await page.getByRole('button', { name: 'Cards' }).click();
  await dialog.getByLabel('For whom').selectOption('analyst');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await expect.poll(order).toContain('Platform');
}, 60_000);

test('a task is pinned and stands first; reports of other tools lead to their own screen', async () => {
  await go('/tasks');
  expect(await page.locator('.task-card a[href="/tasks/import"]').count()).toBe(0);
  await page.getByRole('link', { name: 'Import a report' }).waitFor();
  const lately = page.getByRole('region', { name: 'Used lately' });
  expect(await lately.locator('h3').allInnerTexts()).toContain('Secrets scan');
  await page.getByRole('button', { name: 'Pin CVSS score' }).first().click();
  const pinned = page.getByRole('region', { name: 'Pinned' });
  await pinned.getByText('CVSS score').waitFor();
  await go('/tasks');
  expect(await pinned.locator('h3').allInnerTexts()).toEqual(['CVSS score']);
  expect(await faultsOf(page, 'tasks')).toEqual([]);
  await pinned.getByRole('button', { name: 'Pin CVSS score' }).click();
  await pinned.waitFor({ state: 'detached' });
}, 60_000);

test('a chart is a table, too, with the numbers of the store', async () => {
  await go('/?days=7');
  const { days } = (await server.call('/api/v1/overview/findings?days=7')).body;
  expect(days).toHaveLength(7);
  const last = days.at(-1);
  const open = (await server.call('/api/v1/findings/facets?q=is:open%20show:hidden')).body;
  expect(sum(last.open), 'counted back from what is open now').toBe(open.total);
  for (const [at, day] of days.entries()) {
    const before = days[at - 1];
    if (before) expect(sum(day.open)).toBe(sum(before.open) + sum(day.opened) - sum(day.closed));
  }
  await page.getByRole('button', { name: 'As table: Open findings by severity' }).click();
  const cells = await page.locator('.chart-table tbody tr').last().locator('td').allInnerTexts();
  expect(cells.map(Number)).toEqual(
    ['critical', 'high', 'medium', 'low', 'info'].map((name) => last.open[name]),
  );
}, 60_000);

test('a card fails alone, says what to do, and comes back', async () => {
  await page.route('**/api/v1/overview/findings*', (route) =>
    route.fulfill({
      status: 503,
      contentType: 'application/problem+json',
      headers: { 'retry-after': '5' },
      body: JSON.stringify({
        title: 'The store is away',
        status: 503,
        code: 'store-unavailable',
        detail: 'The database does not answer.',
        hint: 'Try again in a moment.',
        requestId: 'req_1',
      }),
    }),
  );
  await page.route('**/api/v1/overview/runs*', (route) => route.abort());
  await go('/');
  await page.getByText('The database does not answer.').waitFor({ timeout: 30_000 });
  await page
    .getByText(/You can try again (in \d+ seconds?|now)\./)
    .first()
    .waitFor();
  await page.getByText('The server does not answer').first().waitFor({ timeout: 30_000 });
  expect(await page.getByRole('link', { name: /Critical/ }).count(), 'the others are there').toBeGreaterThan(
    0,
  );
  await page.unroute('**/api/v1/overview/findings*');
  await page.unroute('**/api/v1/overview/runs*');
  // One question is asked by two cards: a retry may heal both.
  while ((await page.getByRole('button', { name: 'Retry' }).count()) > 0) {
    await page.getByRole('button', { name: 'Retry' }).first().click();
    await page.waitForTimeout(500);
  }
  await page.getByRole('heading', { name: 'Opened and closed' }).waitFor();
  await page.getByRole('link', { name: /^All \d+ runs$/ }).waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
}, 90_000);

test('the palette goes anywhere by keyboard alone', async () => {
  await go('/');
  await openPalette();
  await page.keyboard.type('secr sca');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/tasks\/secrets-scan$/);
  // In a field, too.
  await page.locator('main input').first().focus();
  await openPalette();
  await page.keyboard.type('cve-2024-3094');
  await page.getByRole('option', { name: 'Are we affected by cve-2024-3094?' }).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(/q=cve%3ACVE-2024-3094/);
  await settled(page);
  await openPalette();
  await page.keyboard.type(server.ids.run.slice(-8));
  await page.getByRole('option', { name: `Run ${server.ids.run}` }).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(new RegExp(server.ids.run));
  await settled(page);
  await page.keyboard.press('Control+k');
  await page.getByRole('option', { name: 'Run again' }).waitFor();
  await page.keyboard.press('Escape');
  await openPalette();
  await page.keyboard.type('zzzzzz');
  const options = page.getByRole('option');
  expect(await options.allInnerTexts()).toEqual(['Findings with “zzzzzz”']);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}, 60_000);

test('the second key of a sequence does not reach the page, and single keys can be switched off', async () => {
  await go(`/runs/${server.ids.run}`);
  const before = (await server.call('/api/v1/runs?limit=1000')).body.items.length;
  await page.keyboard.press('g');
  await page.keyboard.press('r');
  await page.waitForURL(/\/runs$/);
  await page.waitForTimeout(500);
  expect((await server.call('/api/v1/runs?limit=1000')).body.items.length, 'nothing was started').toBe(
    before,
  );
  await page.keyboard.press('?');
  await page.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor();
  await page.getByLabel(/Shortcuts of a single key/).uncheck();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('?');
  await page.keyboard.press('g');
  await page.keyboard.press('f');
  await page.waitForTimeout(300);
  expect(await page.getByRole('dialog').count()).toBe(0);
  expect(new URL(page.url()).pathname).toBe('/runs');
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.evaluate(() => localStorage.removeItem('sentinelx-singleKeys'));
}, 60_000);

test('times are those of the device or of UTC, and the zone is named', async () => {
  await go('/runs');
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('menuitemradio', { name: 'Times in UTC' }).click();
  await page.keyboard.press('Escape');
  await page.locator('.rrow time[title*="UTC"]').first().waitFor();
  await page.evaluate(() => localStorage.removeItem('sentinelx-zone'));
}, 30_000);

test('new runs wait until somebody wants to see them', async () => {
  await go('/runs');
  await page.getByText('Live', { exact: true }).first().waitFor();
  const first = await page.locator('[data-row]').first().getAttribute('data-row');
  const { body } = await server.call('/api/v1/tasks/cvss/run', {
    method: 'POST',
    body: { params: { vector: 'CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' } },
  });
  await page.getByRole('button', { name: '1 new run – show' }).click({ timeout: 20_000 });
  await expect.poll(() => page.locator('[data-row]').first().getAttribute('data-row')).toBe(body.run.id);
  expect(first).not.toBe(body.run.id);
}, 60_000);

test('an empty server shows what to do first, and no axes', async () => {
  await using empty = await startSeededServer({ fresh: true });
  const visitor = await openPage(browser, complaints);
  await signInAs(visitor, empty);
  await visitor
    .getByRole('heading', { name: /Find something|Welcome|first/i })
    .first()
    .waitFor();
  await settled(visitor);
  expect(await visitor.locator('svg.MuiChartsSurface-root, .chart-card').count()).toBe(0);
  expect(await visitor.locator('.count-number').count(), 'unknown is not zero').toBe(0);
  await visitor.locator('.checklist').getByText('Run a first task').waitFor();
  expect(await faultsOf(visitor, 'first day')).toEqual([]);
  await visitor.getByRole('button', { name: 'Scan the sample' }).click();
  await visitor.waitForURL(/\/runs\/run_/);
  await visitor.getByText('Done', { exact: true }).first().waitFor({ timeout: 30_000 });
  await visitor.goto(`${empty.base}/`);
  await visitor.getByText('3 steps are left').or(visitor.getByText('4 steps are left')).first().waitFor();
  await visitor.getByRole('heading', { name: 'Open findings', exact: true }).waitFor();
  await visitor.context().close();
}, 90_000);

test('two people with different roles see different things at once', async () => {
  const password = await server.temporaryPassword(server.ids.person);
  const grace = await openPage(browser, complaints, { viewport: { width: 390, height: 844 } });
  await grace.goto(`${server.base}/sign-in`);
  await grace.locator('#sign-in-login').fill('grace');
  await grace.locator('#sign-in-password').fill(password);
  await grace.locator('button[type=submit]').click();
  await grace.getByLabel('New password').fill('copper lantern walks twice');
  await grace.getByRole('button', { name: 'Change password' }).click();
  await grace.getByRole('heading', { name: 'Overview' }).waitFor();
  await settled(grace);
  expect(await grace.getByRole('heading', { name: 'Platform' }).count()).toBe(0);
  await grace.getByRole('button', { name: 'More' }).click();
  await grace.getByRole('menu').waitFor();
  expect(await grace.getByRole('menuitem', { name: 'Administration' }).count()).toBe(0);
  await grace.getByRole('menuitem', { name: 'Project' }).click();
  await grace.getByRole('heading', { name: 'Project' }).waitFor();
  await settled(grace);
  await grace.goto(`${server.base}/admin/system`);
  await grace
    .getByText(/needs the permission|not allowed|may not/i)
    .first()
    .waitFor();
  await go('/');
  await page.getByRole('heading', { name: 'Platform' }).waitFor();
  await grace.context().close();
}, 60_000);

test('no screen of these has an accessibility fault in both themes, or scrolls sideways', async () => {
  const faults: string[] = [];
  await go('/');
  faults.push(...(await faultsOf(page, 'overview')));
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').waitFor();
  faults.push(...(await faultsOf(page, 'palette')));
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  faults.push(...(await faultsOf(page, 'shortcuts')));
  for (const path of ['/runs', `/runs/${server.ids.run}?tab=compare`]) {
    await go(path);
    faults.push(...(await faultsOf(page, path)));
  }
  expect(faults).toEqual([]);
}, 120_000);

test('a page is asked for anew, and its files, whose names change with them, are kept', async () => {
  const answer = await fetch(`${server.base}/`, { headers: { accept: 'text/html' } });
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const files = (await answer.text()).match(/\/assets\/[\w.-]+/g) ?? [];
  // The first script, the page to sign in, their styles and the font.
  expect(files.length).toBeGreaterThan(4);
  for (const file of files) {
    const { status, headers } = await fetch(`${server.base}${file}`);
    expect(status, file).toBe(200);
    expect(headers.get('cache-control'), file).toBe('public, max-age=31536000, immutable');
  }
  expect((await fetch(`${server.base}/favicon.svg`)).headers.get('cache-control')).not.toContain('immutable');
});

test('where somebody was signed in the screen waits neither for the app nor for the answer who is here', async () => {
  const visitor = await openPage(browser, complaints);
  const screens: string[] = [];
  visitor.on('request', (request) => {
    if (/\/assets\/(shell|first-pages)-[\w-]+\.js$/.test(request.url())) screens.push(request.url());
  });
  /** What of the screen is asked for while the app and the answer have not come. */
  const askedEarly = async (expected: number) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const held = /\/assets\/sign-in-[\w-]+\.js$|\/auth\/session$/;
    await visitor.route(held, async (route) => {
      await promise;
      await route.continue();
    });
    screens.length = 0;
    await visitor.goto(`${server.base}/`, { waitUntil: 'commit' });
    await expect.poll(() => screens.length, { timeout: 10_000 }).toBe(expected);
    if (expected === 0) await visitor.waitForTimeout(1000);
    expect(screens.length).toBe(expected);
    resolve();
    await visitor.locator(expected === 0 ? '#sign-in-login' : 'h1').waitFor();
    await visitor.unroute(held);
  };
  await askedEarly(0);
  await signInAs(visitor, server);
  await visitor.reload();
  await settled(visitor);
  await askedEarly(2);
  await visitor.getByRole('button', { name: /^Account of/ }).click();
  await visitor.getByRole('menuitem', { name: 'Sign out' }).click();
  await visitor.locator('#sign-in-login').waitFor();
  // Noticed by the first page after that.
  await visitor.reload();
  await visitor.locator('#sign-in-login').waitFor();
  await askedEarly(0);
  await visitor.context().close();
}, 60_000);

test('files of the page are sent as small as the browser takes them', async () => {
  const page = await (await fetch(`${server.base}/`, { headers: { accept: 'text/html' } })).text();
  const file = page.match(/\/assets\/sign-in[\w.-]+\.js/)?.[0] ?? '';
  const sent = async (encoding: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    get(`${server.base}${file}`, { headers: { 'accept-encoding': encoding } }, resolve).on('error', reject);
    const answer = await promise;
    expect(answer.headers['content-type']).toContain('javascript');
    return { encoding: answer.headers['content-encoding'], body: await buffer(answer) };
  };
  const [plain, zipped, small] = [
    await sent('identity'),
    await sent('gzip'),
    await sent('gzip, deflate, br'),
  ];
  expect([plain.encoding, zipped.encoding, small.encoding]).toEqual([undefined, 'gzip', 'br']);
  expect(gunzipSync(zipped.body).equals(plain.body)).toBe(true);
  expect(brotliDecompressSync(small.body).equals(plain.body)).toBe(true);
  expect(small.body.length).toBeLessThan(plain.body.length * 0.4);
});

test('every page kept to its content security policy and had no error', () => {
  expect(complaints).toEqual([]);
});

async function go(path: string): Promise<void> {
  await page.goto(`${server.base}${path}`);
  await settled(page);
}

async function openPalette(): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.locator('.palette input').waitFor();
}

async function findingsOf(address: URL): Promise<number> {
  const q = encodeURIComponent(address.searchParams.get('q') ?? '');
  return (await server.call(`/api/v1/findings?limit=1000&q=${q}`)).body.items.length;
}

async function runsOf(address: URL): Promise<number> {
  const query = new URLSearchParams({ limit: '1000' });
  for (const key of ['status', 'since']) {
    const value = address.searchParams.get(key);
    if (value) query.set(key, value);
  }
  const category = address.searchParams.get('category');
  if (category) {
    const tasks = (await server.call(`/api/v1/tasks?category=${category}`)).body.items as { id: string }[];
    query.set('task', tasks.map(({ id }) => id).join(','));
  }
  return (await server.call(`/api/v1/runs?${query}`)).body.items.length;
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((all, count) => all + count, 0);
}
