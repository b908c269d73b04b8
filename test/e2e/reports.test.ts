import { createHash } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faultsOf, launchBrowser, openPage, settled, signInAs } from './browser.ts';
import { type SeededServer, startSeededServer } from './seeded-server.ts';

const SHARE_PASSWORD = 'green lantern walks slowly';

let server: SeededServer;
let browser: Browser;
let page: Page;
let report = '';
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

test('a report is generated with three formats, and shown confined', async () => {
  await go('/reports');
  await page.getByText('No reports yet').waitFor();
  await page.getByRole('link', { name: 'New report' }).first().click();
  await page.getByRole('radio', { name: /^Technical/ }).check();
  const filter = page.getByLabel('Filter');
  await filter.fill('is:open severity:nonsense');
  await page.locator('#report-q-error').waitFor();
  await filter.fill('is:open');
  const { body: facets } = await server.call('/api/v1/findings/facets?q=is:open');
  await page.getByRole('link', { name: `${facets.total} findings fit` }).waitFor();
  await page.getByRole('checkbox', { name: 'Markdown' }).check();
  await page.getByRole('checkbox', { name: 'CSV' }).check();
  await page.getByLabel('Title').fill('Quarter three');
  await page.getByLabel('Classification').fill('Confidential');
  await page.getByLabel('Keep it').selectOption('30');
  await page.getByRole('button', { name: 'Generate' }).click();
  await page.waitForURL(/\/reports\/rpt_/);
  report = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  await page.getByText('Ready').waitFor({ timeout: 30_000 });
  await page.getByText(`${facets.total} findings`, { exact: true }).waitFor();

  // The page in the frame runs its own script, and has no origin of ours.
  const frame = page.frameLocator('iframe.report-frame');
  await frame.getByRole('heading', { name: 'Quarter three' }).waitFor();
  await frame.getByText('Confidential').first().waitFor();
  await page
    .getByRole('navigation', { name: 'Contents of the report' })
    .getByRole('button', { name: 'Rules' })
    .click();
  await expect
    .poll(() =>
      frame
        .getByRole('heading', { name: 'Rules' })
        .evaluate((one) => one.getBoundingClientRect().top < innerHeight),
    )
    .toBe(true);
  const inner = page.frames().find((one) => one.url().includes('/files/html'));
  expect(await inner?.evaluate(() => globalThis.origin)).toBe('null');
  const shown = await server.call(`/api/v1/reports/${report}`);
  expect(shown.body.files.map(({ format }: { format: string }) => format)).toEqual(
    expect.arrayContaining(['csv', 'html', 'markdown']),
  );
  expect(shown.body.expires - shown.body.created).toBe(30 * 86_400_000);
}, 90_000);

test('only the report may be framed, and only by us', async () => {
  const app = await fetch(`${server.base}/reports`);
  expect(app.headers.get('content-security-policy')).toMatch(/frame-src 'self'; .*frame-ancestors 'none'/);
  expect(app.headers.get('x-frame-options')).toBe('DENY');
  const view = await page.request.get(`${server.base}/api/v1/reports/${report}/files/html?view=true`);
  expect(view.headers()['content-security-policy']).toMatch(
    /^sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox; default-src 'none'; .*frame-ancestors 'self'$/,
  );
  expect(view.headers()['x-frame-options']).toBe('SAMEORIGIN');
  const file = await page.request.get(`${server.base}/api/v1/reports/${report}/files/csv?view=true`);
  expect(file.headers()['content-security-policy']).toBe("sandbox; default-src 'none'");
  expect(file.headers()['x-frame-options']).toBe('DENY');
});

test('a file is downloaded and verified, and a changed one is found out', async () => {
  await page.getByRole('link', { name: 'Download PDF' }).waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download CSV' }).click(),
  ]);
  const { readFile } = await import('node:fs/promises');
  const content = await readFile((await download.path()) ?? '');
  const sha256 = createHash('sha256').update(content).digest('hex');
  const csv = page.getByRole('listitem').filter({ has: page.getByRole('link', { name: 'Download CSV' }) });
  await csv.getByTitle(sha256).waitFor();

  await go('/reports');
  const choose = page.locator('input[type=file]');
  await choose.setInputFiles({ name: 'right.csv', mimeType: 'text/csv', buffer: content });
  await page.getByText('right.csv is exactly what was made here').waitFor();
  await choose.setInputFiles({
    name: 'wrong.csv',
    mimeType: 'text/csv',
    buffer: Buffer.concat([content, Buffer.from('x')]),
  });
  await page.getByText('wrong.csv is no report and no evidence that was made in this project').waitFor();
}, 60_000);

test('a link with a password is opened elsewhere, logged, and revoked', async () => {
  await go(`/reports/${report}`);
  await page.getByRole('button', { name: 'Share' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Works for').selectOption('7');
  await dialog.getByLabel('Password (optional)').fill(SHARE_PASSWORD);
  await dialog.getByRole('button', { name: 'Make link' }).click();
  await page.getByText('This link is shown only now').waitFor();
  const link = await page.locator('.copy-block pre').innerText();
  await page.getByRole('button', { name: 'I have kept it' }).click();
  expect(await page.content()).not.toContain(link);

  const reader = await openPage(browser, complaints);
  await reader.goto(link);
  await reader.getByLabel('Password').fill('not the right one');
  await reader.getByRole('button').click();
  await reader.getByText('The password is wrong.').waitFor();
  await reader.getByLabel('Password').fill(SHARE_PASSWORD);
  await reader.getByRole('button').click();
  await reader.getByRole('heading', { name: 'Quarter three' }).waitFor();
  await reader.getByText(/^the code of/).waitFor();
  const [pdf] = await Promise.all([
    reader.waitForEvent('download'),
    reader.getByRole('link', { name: 'Document (PDF)' }).click(),
  ]);
  expect(pdf.suggestedFilename()).toMatch(/-redacted\.pdf$/);
  expect(await faultsOf(reader, 'shared report')).toEqual([]);
  await reader.getByRole('link', { name: 'Read the report' }).click();
  await reader.getByText('Redacted').first().waitFor();

  await page.reload();
  await page.getByText('opened once').waitFor();
  await page.getByRole('button', { name: /^Who opened/ }).click();
  await page.locator('.share-log').getByText('Wrong password').waitFor();
  await page.locator('.share-log').getByText('Opened').waitFor();
  await page.locator('.share-log').getByText('Downloaded a file').waitFor();
  await page.locator('.share-log').getByText('Read the page').waitFor();
  await page.getByRole('button', { name: /^Revoke/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('Revoked', { exact: true }).waitFor();
  await reader.goto(link);
  await reader.getByText('This link does not lead to a report').waitFor();
  await reader.context().close();
}, 60_000);

test('two reports are compared', async () => {
  const { body } = await server.call('/api/v1/findings?q=is:open&limit=1');
  const [finding] = body.items;
  const changed = await server.call('/api/v1/findings/triage', {
    method: 'POST',
    body: { ids: [finding.id], change: { severity: 'low' } },
  });
  expect(changed.status).toBeLessThan(300);
  await expect
    .poll(async () => (await server.call(`/api/v1/findings/${finding.id}`)).body.severity)
    .toBe('low');
  await go('/reports/new?q=is:open');
  await page.getByRole('button', { name: 'Generate' }).click();
  await page.waitForURL(/\/reports\/rpt_/);
  await page.getByText('Ready').waitFor({ timeout: 30_000 });
  await page.getByRole('link', { name: 'Compare', exact: true }).last().click();
  await page.getByRole('tab', { name: 'Changed (1)' }).click();
  await page.getByRole('tabpanel').getByText(finding.title).waitFor();
  await page.getByText(/^was (Critical|High)$/).waitFor();
}, 60_000);

test('a template in the own look is made; what cannot be read is marked at its line', async () => {
  await go('/report-templates');
  await page.getByRole('link', { name: 'New template' }).click();
  await page.getByLabel('Name').fill('quarterly');
  await page.getByLabel('Contents', { exact: true }).selectOption('');
  const editor = page.getByRole('textbox', { name: /^Contents, Markdown/ });
  await editor.click();
  await page.keyboard.press('Control+End');
  await page.keyboard.insertText('\nSee [the guide](https://guide.invalid/).\n\n{% chart nothing %}\n');
  await page.getByLabel('Organisation').fill('Example Works');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText("There is no chart 'nothing'").first().waitFor();
  await page.getByRole('button', { name: /^Go to line \d+$/ }).click();
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+End');
  await page.keyboard.press('Delete');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.waitForURL(/\/report-templates$/);
  await page.getByRole('link', { name: 'Use quarterly' }).click();
  await page.getByRole('radio', { name: /^quarterly/, checked: true }).waitFor();
  await page.getByRole('button', { name: 'Generate' }).click();
  // What leads elsewhere opens a tab of its own: the frame may not show it.
  const link = page.frameLocator('iframe.report-frame').getByRole('link', { name: 'the guide' });
  const [opened] = await Promise.all([page.context().waitForEvent('page'), link.click()]);
  await opened.close();
}, 60_000);

test('the policy: an error at its line is mended, what it would have done is replayed, and it is saved', async () => {
  await go('/project/policy');
  await page.getByText('The project has no policy yet.').waitFor();
  const editor = page.getByRole('textbox', { name: 'Policy as YAML' });
  await editor.click();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(
    'version: 1\ngate:\n  - name: nothing serious\n    match: severity:>=hgh\nrouting:\n  - name: secrets\n    labels: [secret]\n',
  );
  await page.locator('.cm-lint-marker-error').first().waitFor();
  await page.getByRole('button', { name: 'Line 4' }).waitFor();
  expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  await page.getByRole('button', { name: 'Line 4' }).click();
  await editor.press('End');
  for (let count = 0; count < 'hgh'.length; count++) await page.keyboard.press('Backspace');
  await page.keyboard.insertText('high');
  await page.getByText(/^Valid: 1 for the gate/).waitFor();

  await page.getByRole('tab', { name: 'What if' }).click();
  await page.getByRole('button', { name: 'Replay' }).click();
  await page.getByText(/\d+ of \d+ runs would have failed/).waitFor({ timeout: 30_000 });
  await page.getByRole('region', { name: 'Labelled' }).getByText('secrets').waitFor();

  await page.getByRole('tab', { name: 'Explain a finding' }).click();
  await page.getByLabel('Finding', { exact: true }).fill(server.ids.finding);
  await page.getByRole('button', { name: 'Explain', exact: true }).click();
  await page.locator('.policy-explained').getByText('nothing serious').waitFor();

  await page.getByRole('tab', { name: 'Document' }).click();
  await page.getByText(/^Valid: 1 for the gate/).waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').getByLabel('What changes and why').fill('the first one');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByText('Revision 1, saved').waitFor();
  expect((await server.call('/api/v1/policy')).body).toMatchObject({ revision: 1, note: 'the first one' });
}, 90_000);

test('a policy that somebody else saved meanwhile is shown, and not overwritten unseen', async () => {
  const editor = page.getByRole('textbox', { name: 'Policy as YAML' });
  await editor.click();
  await page.keyboard.press('Control+End');
  await page.keyboard.insertText('# mine\n');
  const { body } = await server.call('/api/v1/policy');
  await server.call('/api/v1/policy', {
    method: 'PUT',
    body: { source: `${body.source}# theirs\n`, note: 'meanwhile' },
  });
  await page.getByText(/^Valid:/).waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByText('Somebody has saved revision 2 meanwhile.').waitFor();
  expect((await server.call('/api/v1/policy')).body.revision).toBe(2);
  await page.getByRole('button', { name: 'Save over revision 2' }).click();
  await page.getByText('Revision 3, saved').waitFor();
  await page.getByRole('tab', { name: 'Revisions' }).click();
  await page.getByRole('button', { name: 'Changes of revision 3' }).click();
  await page.getByText('# mine').first().waitFor();
}, 60_000);

test('the policy is applied to all findings after a preview, and taken back', async () => {
  await page.getByRole('tab', { name: 'Apply to all' }).click();
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByRole('region', { name: 'Labelled' }).getByText('secrets').waitFor({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Apply', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Apply' }).click();
  const undo = page.getByRole('button', { name: 'Undo' });
  await undo.first().waitFor({ timeout: 30_000 });
  const labelled = async () => (await server.call('/api/v1/findings/facets?q=label:secret')).body.total;
  expect(await labelled()).toBeGreaterThan(0);
  await undo.first().click();
  await expect.poll(labelled, { timeout: 15_000 }).toBe(0);
}, 90_000);

test('two times are compared, with Markdown for a pull request', async () => {
  await go('/compare?from=@30d&to=@now');
  await page.getByRole('tab', { name: /^Fixed \(\d+\)/ }).click();
  await page.waitForURL(/section=fixed/);
  await page.getByRole('button', { name: 'Show Markdown' }).click();
  await page.getByText('## Findings:').waitFor();
  const runs = await server.call('/api/v1/runs?task=secrets-scan&limit=2');
  const [newer, older] = runs.body.items;
  await go(`/compare?from=${older.id}&to=${newer.id}&section=still`);
  await page.getByRole('tab', { name: /^Still open/ }).waitFor();
  await go('/compare?from=@nonsense&to=@now');
  await page.getByRole('alert').getByText('is no time').waitFor();
}, 60_000);

test('an asset is rated, its number leads to its findings; signals are imported with their date', async () => {
  await go('/project/assets');
  const row = page
    .getByRole('listitem')
    .filter({ has: page.getByLabel(/^Criticality of/) })
    .first();
  await row.getByLabel(/^Criticality of/).selectOption('high');
  await expect.poll(async () => (await server.call('/api/v1/assets')).body.items[0].criticality).toBe('high');
  await row.getByLabel(/^From where/).selectOption('internet');
  await expect
    .poll(async () => (await server.call('/api/v1/assets')).body.items[0].exposure)
    .toBe('internet');
  await page.getByText('Never imported').first().waitFor();
  await page.locator('input[type=file]').setInputFiles({
    name: 'epss.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(
      '#model_version:v2025.03.14,score_date:2026-11-20T00:00:00+0000\ncve,epss,percentile\nCVE-2024-1000,0.9,0.99\n',
    ),
  });
  await page.getByText('EPSS: 1 CVE').waitFor();
  expect(await page.getByText('Never imported').count()).toBe(1);
  const { body } = await server.call(`/api/v1/assets`);
  const open = await server.call(
    `/api/v1/findings/facets?q=${encodeURIComponent(`is:open asset:${body.items[0].id}`)}`,
  );
  await row.getByRole('link', { name: `${open.body.total} open findings` }).click();
  await page.waitForURL(/\/findings\?q=/);
}, 60_000);

test('who only reads sees reports, and is told what is not theirs', async () => {
  const password = 'copper bells ring at noon';
  const made = await server.call('/api/v1/users', {
    method: 'POST',
    body: { login: 'reader', name: 'Only Reads', role: 'auditor', password },
  });
  expect(made.status).toBe(201);
  const reader = await openPage(browser, complaints);
  await signInAs(reader, { base: server.base, login: 'reader', password });
  await reader.goto(`${server.base}/reports/new`);
  await reader.getByText('Making reports needs the permission report:create').waitFor();
  await reader.goto(`${server.base}/reports/${report}`);
  await reader.frameLocator('iframe.report-frame').getByRole('heading', { name: 'Quarter three' }).waitFor();
  expect(await reader.getByRole('button', { name: /Share|Remove/ }).count()).toBe(0);
  await reader.goto(`${server.base}/project/policy`);
  await reader.getByText('Changing the policy needs the permission policy:write.').waitFor();
  expect(await reader.getByRole('button', { name: 'Save' }).count()).toBe(0);
  await reader.context().close();
}, 60_000);

test('nothing here is without name, contrast or room', async () => {
  const faults: string[] = [];
  for (const path of [
    '/reports',
    '/reports/new',
    `/reports/${report}`,
    `/reports/${report}/compare`,
    '/report-templates',
    '/report-templates/new',
    '/compare?section=fixed',
    '/project/policy',
    '/project/policy?part=revisions',
    `/project/policy?part=explain&finding=${server.ids.finding}`,
    '/project/assets',
    '/reports/rpt_nothing',
  ]) {
    await go(path);
    await settled(page);
    faults.push(...(await faultsOf(page, path)));
  }
  await go('/project/policy?part=replay');
  await page.getByRole('button', { name: 'Replay' }).click();
  await page.getByRole('region', { name: 'Labelled' }).waitFor();
  faults.push(...(await faultsOf(page, 'replay')));
  await go(`/reports/${report}`);
  await page.getByRole('button', { name: 'Share' }).click();
  await page.getByRole('dialog').waitFor();
  faults.push(...(await faultsOf(page, 'share dialog')));
  expect(faults).toEqual([]);
}, 240_000);

test('every page kept to its content security policy and had no error', () => {
  expect(complaints).toEqual([]);
});

async function go(path: string): Promise<void> {
  await page.goto(`${server.base}${path}`);
  await page.locator('h1').first().waitFor();
}
