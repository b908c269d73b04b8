import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage, settled, signInAs } from './browser.ts';
import { type OwnServer, PASSWORD, startOwnServer } from './own-server.ts';

const WORKFLOW = `name: lines
steps:
  - { name: first, task: slow-lines, params: { lines: 60, everyMs: 20 } }
  - { name: second, task: slow-lines, params: { lines: 150, everyMs: 20 }, depends_on: first }
  - { name: rate, task: cvss, params: { vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }, depends_on: second }
`;
const BACK = { timeout: 60_000 };

let server: OwnServer;
let browser: Browser;
/** One tab for each screen: all of them see the same restart. */
const tabs: Record<'run' | 'runs' | 'overview' | 'findings' | 'workflow', Page> = {} as never;
const complaints: string[] = [];

beforeAll(async () => {
  server = await startOwnServer();
  browser = await launchBrowser();
  tabs.overview = await openPage(browser, complaints);
  await signInAs(tabs.overview, { base: server.base, login: 'ada', password: PASSWORD });
  const context = tabs.overview.context();
  for (const name of ['run', 'runs', 'findings', 'workflow'] as const) {
    tabs[name] = await context.newPage();
    tabs[name].setDefaultTimeout(15_000);
    tabs[name].on('pageerror', (error) => complaints.push(`${name}: ${error.message}`));
  }
  await server.call('/workflows', { method: 'POST', body: { source: WORKFLOW } });
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

test('the server stops in the middle of a live run: pages say since when, keep what they show, and catch up by themselves', async () => {
  const { run } = await start('slow-lines', { lines: 2000, everyMs: 20 });
  const workflow = (await server.call('/workflows/run', { method: 'POST', body: { workflow: 'lines' } })).run
    .id;
  await Promise.all([
    tabs.run.goto(`${server.base}/runs/${run.id}?tab=log`),
    tabs.runs.goto(`${server.base}/runs`),
    tabs.findings.goto(`${server.base}/findings?q=`),
    tabs.workflow.goto(`${server.base}/workflow-runs/${workflow}`),
  ]);
  const pages = Object.values(tabs);
  for (const page of pages) await page.getByText('Live', { exact: true }).first().waitFor();
  await tabs.run
    .getByText(/^line \d+ of 2000$/)
    .nth(3)
    .waitFor();
  await Promise.all(pages.map(settled));
  // The first page has heard that something runs, and has asked for what it shows of it.
  await tabs.overview.getByRole('heading', { name: 'Needs you' }).waitFor();
  await tabs.overview.waitForTimeout(6_000);
  const before = await tabs.run.getByText(/^line \d+ of 2000$/).count();

  await server.stop('SIGKILL');
  const stopped = Date.now();
  for (const page of pages) {
    await page.getByText(/Live updates paused – as of \d/).waitFor();
    await page.getByRole('button', { name: 'Retry' }).first().waitFor();
  }
  expect(Date.now() - stopped, 'not for a short loss').toBeGreaterThan(4500);
  expect(
    await tabs.run.getByText(/^line \d+ of 2000$/).count(),
    'what was there stays',
    // As many as are drawn around what is in sight.
  ).toBeGreaterThan(before / 2);
  await tabs.runs
    .getByRole('link', { name: /Slow lines/ })
    .first()
    .waitFor();
  expect(await tabs.overview.getByRole('heading', { name: 'Needs you' }).count()).toBe(1);

  await server.start();
  for (const page of pages) await page.getByText('Live', { exact: true }).first().waitFor(BACK);
  for (const page of pages)
    await page.getByText(/Live updates paused/).waitFor({ state: 'detached', ...BACK });

  // The process of the run is gone: the page says so by itself, with every line that the server has, each once.
  await tabs.run.locator('h1 .run-status-interrupted, .run-status-interrupted').first().waitFor(BACK);
  await tabs.runs.locator('.run-status-interrupted').first().waitFor(BACK);
  const stored = await storedLines(run.id);
  expect(stored.length).toBeGreaterThan(before / 2);
  expect(new Set(stored).size).toBe(stored.length);
  await expect.poll(() => shownLines(tabs.run), BACK).toEqual(stored);

  // The workflow goes on where it was.
  await tabs.workflow.locator('h1 .run-status-done').waitFor(BACK);
}, 240_000);

test('what happens after the restart arrives in every open page', async () => {
  const { run } = await start('secrets-scan', { path: 'sample:shop' });
  await tabs.runs.getByRole('button', { name: /new/i }).first().click(BACK);
  await tabs.runs
    .getByRole('link', { name: /Secrets scan/i })
    .first()
    .waitFor(BACK);
  await tabs.findings.getByRole('button', { name: /new/i }).first().click(BACK);
  await tabs.findings.getByText('Password in plain text').first().waitFor(BACK);
  await tabs.overview.locator(`a[href*="${run.id}"]`).first().waitFor(BACK);
  expect(complaints).toEqual([]);
}, 120_000);

function start(task: string, params: unknown) {
  return server.call(`/tasks/${task}/run`, { method: 'POST', body: { params } });
}

async function storedLines(run: string): Promise<string[]> {
  const lines: string[] = [];
  for (let after = ''; ; ) {
    const { items, nextCursor } = await server.call(
      `/runs/${run}/log?limit=1000${after ? `&after=${after}` : ''}`,
    );
    lines.push(...items.map(({ text }: { text: string }) => text));
    if (!nextCursor) return lines;
    after = encodeURIComponent(nextCursor);
  }
}

/** The list draws only the rows in sight: it is scrolled through. */
async function shownLines(page: Page): Promise<string[]> {
  // A tab that is not in front draws nothing while it is scrolled.
  await page.bringToFront();
  return page.evaluate(async () => {
    const box = document.querySelector<HTMLElement>('[role=log]');
    const rows = new Map<string, string>();
    for (let top = 0; box; top += box.clientHeight / 2) {
      box.scrollTop = top;
      await new Promise((resolve) => setTimeout(resolve, 80));
      for (const row of box.querySelectorAll<HTMLElement>('[data-index]'))
        rows.set(row.dataset.index ?? '', row.querySelector('.log-text')?.textContent ?? '');
      if (top >= box.scrollHeight) break;
    }
    return [...rows].sort(([one], [other]) => Number(one) - Number(other)).map(([, text]) => text);
  });
}
