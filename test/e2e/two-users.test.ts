import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { goWithin } from './answers.ts';
import { addressesOfAllScreens, makeSamples, type Samples } from './app-routes.ts';
import { launchBrowser, settled } from './browser.ts';
import { sarifReport } from './findings-data.ts';
import { colleague } from './people.ts';
import { type SeededServer, startSeededServer } from './seeded-server.ts';

let server: SeededServer;
let browser: Browser;
let analyst: Page;
let auditor: Page;
let samples: Samples;
const complaints: string[] = [];

beforeAll(async () => {
  server = await startSeededServer();
  samples = await makeSamples(server, sarifReport(12));
  browser = await launchBrowser();
  const here = { server, browser, complaints };
  analyst = await colleague(here, { login: 'grace', role: 'analyst' });
  auditor = await colleague(here, { login: 'edsger', role: 'auditor' });
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

test('what the analyst decides appears on the page that the auditor reads', async () => {
  const address = `/findings/${samples['/findings/:finding']}`;
  await goWithin(auditor, address);
  await auditor.getByText('What to do').first().waitFor();
  await goWithin(analyst, address);
  await analyst.getByText('What to do').first().waitFor();
  await analyst.keyboard.press('1');
  await auditor.getByText('Confirmed', { exact: true }).first().waitFor();
  await analyst.keyboard.press('2');
  await analyst.getByRole('dialog').getByRole('radio').first().check();
  await analyst.locator('#decision-comment').fill('Only in the test of the parser.');
  await analyst.getByRole('dialog').getByRole('button', { name: 'False positive' }).click();
  await auditor.getByText('False positive', { exact: true }).first().waitFor();
  await auditor.getByText('Only in the test of the parser.').first().waitFor();
}, 60_000);

test('a run of the analyst comes to the lists of the auditor, live', async () => {
  await goWithin(auditor, '/runs');
  await settled(auditor);
  await goWithin(analyst, '/tasks/cvss');
  await analyst.locator('#param-vector').fill('CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L');
  await analyst.getByRole('button', { name: 'Start', exact: true }).click();
  await analyst.waitForURL(/\/runs\/run_/);
  const run = new URL(analyst.url()).pathname;
  await auditor.getByRole('button', { name: /\d+ new/ }).click();
  await auditor.locator(`a[href="${run}"]`).first().waitFor();
}, 60_000);

test('a report of the analyst comes to the list of the auditor, live; what the analyst may not do says why', async () => {
  await goWithin(auditor, '/reports');
  await settled(auditor);
  await goWithin(analyst, '/findings/suppressions');
  const rule = analyst.getByRole('button', { name: 'New rule' });
  expect(await rule.getAttribute('aria-disabled')).toBe('true');
  const why = await rule.evaluate(
    (button) => document.getElementById(button.getAttribute('aria-describedby') ?? '')?.textContent,
  );
  expect(why).toMatch(/permission/);
  await goWithin(analyst, '/reports/new');
  await analyst.locator('#report-title').fill('For the auditor');
  await analyst.getByRole('button', { name: 'Generate' }).click();
  await analyst.waitForURL(/\/reports\/rpt_/);
  await auditor.getByText('For the auditor').first().waitFor({ timeout: 30_000 });
}, 60_000);

test('on every screen, what the auditor may not press says why, and nothing that is pressed is refused', async () => {
  const faults: string[] = [];
  let refused: string[] = [];
  auditor.on('response', (response) => {
    if (response.status() === 403 && response.request().method() === 'GET')
      refused.push(new URL(response.url()).pathname);
  });
  for (const address of await addressesOfAllScreens(samples)) {
    refused = [];
    await goWithin(auditor, address).catch(() => faults.push(`${address}: nothing appears`));
    await settled(auditor);
    const silent = await auditor.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('main :is(button, input, select)')]
        .filter((control) => control.getAttribute('aria-disabled') === 'true')
        .filter((control) => !control.getAttribute('aria-describedby') && !control.title)
        .map((control) => control.innerText),
    );
    for (const words of silent) faults.push(`${address}: '${words}' is disabled and does not say why`);
    for (const path of refused) faults.push(`${address}: asks for ${path}, which is refused`);
    if ((await auditor.locator('main [role=alert]').count()) > 0 && refused.length === 0)
      faults.push(`${address}: ${await auditor.locator('main [role=alert]').first().innerText()}`);
  }
  expect(faults).toEqual([]);
}, 170_000);

test('no page had an error', () => expect(complaints).toEqual([]));
