import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage, settled, signInAs } from './browser.ts';
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
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

const go = async (path: string) => {
  await page.goto(`${server.base}${path}`);
  await settled(page);
};
const picture = async (name: string) => {
  if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/${name}.png` });
};

test('the form of a task names the file that was uploaded', async () => {
  await go(`/tasks/secrets-scan?input=upload:${server.ids.file}`);
  expect(await page.locator('#param-path').inputValue()).toBe(`upload:${server.ids.file}`);
  await page.getByText('The uploaded file answer.ts.txt').waitFor();
  await picture('upload');
});

test('what is wrong in a policy is named in words, and a changed draft is not called saved', async () => {
  const source =
    'version: 1\ncomments:\n  - { name: serious, severities: [high], statuses: [false-positive] }\n';
  const saved = await server.call('/api/v1/policy', { method: 'PUT', body: { source, note: '', base: 0 } });
  expect(saved.body).toMatchObject({ revision: 1 });
  await go('/project/policy');
  await page.getByText('Revision 1, saved').waitFor();
  expect(await page.getByText('Your changes are not saved.').count()).toBe(0);
  const text = page.locator('.cm-content');
  await text.getByText('serious').click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('gate: huge\n');
  await page.getByText('Your changes are not saved. Revision 1, saved').waitFor();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('comments: [{ severities: [huge] }]');
  await page.getByText('comments, entry 1, severities, entry 1:').waitFor();
  await page.getByRole('button', { name: 'Line 1', exact: true }).first().waitFor();
  await picture('policy');
});

test('of two assets none is the newer one', async () => {
  const { body } = await server.call('/api/v1/assets');
  const [asset] = body.items;
  await go(
    `/compare?from=asset:${encodeURIComponent(asset.name)}&to=asset:${encodeURIComponent(asset.name)}`,
  );
  await page.getByRole('tab', { name: /^Only on the second side/ }).waitFor();
  await picture('compare');
  await go('/compare?from=@30d&to=@now');
  await page.getByRole('tab', { name: /^New/ }).waitFor();
});

test('the overview says what it counts', async () => {
  const { body } = await server.call('/api/v1/findings/facets?q=is:open');
  await go('/');
  await page.getByRole('link', { name: `All ${body.total} open or confirmed` }).waitFor();
});

test('beside the panel a title keeps its room, whatever labels a finding has', async () => {
  const { ids } = server;
  await server.call('/api/v1/findings/triage', {
    method: 'POST',
    body: { ids: [ids.finding], change: { addLabels: ['payment-service', 'customer-data', 'third'] } },
  });
  await go(`/findings?q=&peek=${ids.finding}`);
  const row = page.locator(`[data-row="${ids.finding}"]`);
  await page
    .getByRole('term')
    .filter({ hasText: /^Labels$/ })
    .waitFor();
  const share = await row.evaluate((title) => {
    const cell = title.closest('.lrow-what');
    return title.scrollWidth > title.clientWidth ? title.clientWidth / (cell?.clientWidth ?? 1) : 1;
  });
  expect(share).toBeGreaterThan(0.9);
  await picture('labels');
  expect(complaints).toEqual([]);
});
