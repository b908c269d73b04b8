import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faultsOf, launchBrowser, openPage, settled, signInAs } from './browser.ts';
import { sarifReport } from './findings-data.ts';
import { type SeededServer, startSeededServer } from './seeded-server.ts';

/** Other tests run at the same time. */
const SLOW = { timeout: 15_000 };
let server: SeededServer;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  server = await startSeededServer({ fresh: true });
  browser = await launchBrowser();
  page = await openPage(browser, complaints);
  await signInAs(page, server);
  await importReport(sarifReport(60), 'scan.sarif');
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

/** Without the screen: what the other tests look at. */
async function importReport(report: string, name: string, asset = 'shop'): Promise<string> {
  const form = new FormData();
  form.append('file', new Blob([report], { type: 'application/json' }), name);
  const started = await server.call(`/api/v1/imports/upload?asset=${asset}`, { method: 'POST', body: form });
  if (started.status !== 202) throw new Error(JSON.stringify(started.body));
  const { id } = started.body.run;
  for (let tries = 0; tries < 300; tries++) {
    const { body } = await server.call(`/api/v1/imports/${id}`);
    if (body.receipt !== null) return id;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the import did not end');
}

const count = async (q: string): Promise<number> =>
  (await server.call(`/api/v1/findings/facets?q=${encodeURIComponent(q)}`)).body.total;

async function openList(q: string): Promise<void> {
  await page.goto(`${server.base}/findings?q=${encodeURIComponent(q)}`);
  await settled(page);
  await page.locator('[data-row]').first().waitFor();
}

test('twenty findings are decided with the keyboard alone, and the last decision is taken back', async () => {
  await openList('is:open');
  expect(await count('is:open')).toBe(60);
  await page.keyboard.press('j');
  for (let at = 0; at < 20; at++) {
    const row = await page.evaluate(() => (document.activeElement as HTMLElement).dataset.row);
    expect(row, `the focus is on a row before decision ${at}`).toBeTruthy();
    if (at % 2 === 0) {
      await page.keyboard.press('1');
    } else {
      await page.keyboard.press('2');
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('3');
      // Also critical ones are among them: those need words.
      const comment = page.getByRole('dialog').locator('#decision-comment[aria-required]');
      if (await comment.isVisible()) await comment.fill('Only tests use it.');
      await page.keyboard.press('Control+Enter');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await page.waitForFunction(
      (before) =>
        (document.activeElement as HTMLElement | null)?.dataset.row !== before &&
        document.activeElement !== document.body,
      row,
    );
  }
  await expect.poll(() => count('status:confirmed'), SLOW).toBe(10);
  await expect.poll(() => count('status:false-positive'), SLOW).toBe(10);
  await page.keyboard.press('u');
  await expect.poll(() => count('status:false-positive'), SLOW).toBe(9);
  expect(await count('is:open')).toBe(51);
}, 120_000);

test('a dialog says what it is about, has no reason of its own, and keeps what was typed', async () => {
  await openList('is:open');
  await page.keyboard.press('j');
  await page.keyboard.press('2');
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/^src\/routes\/file-\d+\.ts:\d+$/).waitFor();
  await page.keyboard.press('Enter');
  await dialog.getByText('Pick a reason.').waitFor();
  await page.keyboard.press('5');
  await page.keyboard.press('Enter');
  await dialog.getByText(/needs words of yours/).waitFor();
  expect(await dialog.getByRole('radio', { name: /^Other/ }).isChecked()).toBe(true);
  expect(await dialog.locator('#decision-comment').evaluate((node) => node === document.activeElement)).toBe(
    true,
  );
  expect(await faultsOf(page, 'decision dialog')).toEqual([]);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await expect
    .poll(() => page.evaluate(() => Boolean((document.activeElement as HTMLElement).dataset.row)))
    .toBe(true);
}, 60_000);

test('a bulk change over all that fit tells how far it is, what it skipped and why, and is taken back', async () => {
  const { body: first } = await server.call('/api/v1/findings?q=rule:weak-hash&limit=1');
  await server.call('/api/v1/findings/triage', {
    method: 'POST',
    body: { ids: [first.items[0].id], change: { status: 'confirmed' } },
  });
  await openList('rule:weak-hash show:hidden');
  const open = await count('rule:weak-hash is:open show:hidden');
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await page.keyboard.press('J');
  await page.getByText('2 selected').waitFor();
  await page.getByRole('button', { name: 'Select all 20 that fit' }).click();
  await page.getByText('All 20 selected').waitFor();
  await page.keyboard.press('2');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('20 findings of rule').waitFor();
  // What was decided by itself is left alone unless one ticks it.
  await dialog.getByText('19 open; 1 confirmed is left alone').waitFor();
  expect(await dialog.getByText('Why are these 20 false positives?').count()).toBe(0);
  await dialog.getByRole('checkbox', { name: /somebody has decided otherwise/ }).check();
  await dialog.getByText('Why are these 20 false positives?').waitFor();
  await dialog.getByRole('radio', { name: 'The rule is wrong here' }).check();
  await dialog.locator('#decision-comment').fill('Only fixtures.');
  await dialog.locator('#decision-comment').press('Control+Enter');
  await dialog.waitFor({ state: 'detached' });
  const panel = page.getByRole('region', { name: 'Bulk change' });
  await panel.getByRole('button', { name: /^Undo/ }).waitFor();
  await expect.poll(() => count('rule:weak-hash status:false-positive'), SLOW).toBe(20);
  expect(page.url(), 'the change stands in the address').toContain('change=chg_');
  expect(await faultsOf(page, 'bulk change')).toEqual([]);
  await panel.getByRole('button', { name: /^Undo/ }).click();
  await expect.poll(() => count('rule:weak-hash is:open show:hidden'), SLOW).toBe(open);
  await panel
    .getByText(/undone|taken back/i)
    .first()
    .waitFor();
}, 90_000);

test('u takes back what the banner offers: the bulk change, and not the single decision before it', async () => {
  await openList('rule:open-redirect');
  const q = 'rule:open-redirect';
  const [open, confirmed] = [await count(`${q} status:open`), await count(`${q} status:confirmed`)];
  await page.getByRole('link', { name: 'Redirect to where the user wants' }).first().waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('2');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await page.keyboard.press('4');
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await expect.poll(() => count(`${q} status:false-positive`), SLOW).toBeGreaterThan(0);
  const dismissed = await count(`${q} status:false-positive`);
  await page.locator('label.list-choice', { hasText: 'Group' }).locator('select').selectOption('rule');
  await page.getByRole('button', { name: 'Confirm: all of open-redirect' }).click();
  await dialog.getByText(/dismissed (is|are) left alone/).waitFor();
  await page.keyboard.press('Control+Enter');
  await dialog.waitFor({ state: 'detached' });
  const undo = page.getByRole('region', { name: 'Bulk change' }).getByRole('button', { name: /^Undo/ });
  await undo.waitFor();
  expect(await undo.innerText()).toMatch(/u$/);
  await expect.poll(() => count(`${q} status:open`), SLOW).toBe(0);
  // The rows behind the groups are those of after the change.
  await page.locator('label.list-choice', { hasText: 'Group' }).locator('select').selectOption('');
  await page.locator('[data-row]').first().waitFor();
  await expect.poll(() => page.locator('.lrow .frow-state', { hasText: /^Open$/ }).count(), SLOW).toBe(0);
  await page.keyboard.press('u');
  await expect.poll(() => count(`${q} status:confirmed`), SLOW).toBe(confirmed);
  expect(await count(`${q} status:false-positive`), 'the single decision stays').toBe(dismissed);
  await page.keyboard.press('u');
  await expect.poll(() => count(`${q} status:false-positive`), SLOW).toBe(dismissed - 1);
  expect(await count(`${q} status:open`)).toBeGreaterThanOrEqual(open - 1);
}, 90_000);

test('the query is completed while it is typed, and says in place what is wrong with it', async () => {
  await openList('is:open');
  await page.keyboard.press('/');
  const field = page.getByRole('combobox', { name: 'Query' });
  await field.fill('');
  await field.pressSequentially('sev');
  await page.getByRole('option', { name: /^severity:/ }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('option', { name: /^critical/ }).waitFor();
  await page.keyboard.type('crit');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  expect(await field.inputValue()).toBe('severity:critical ');
  await page.keyboard.press('Enter');
  await page.waitForURL(/q=severity%3Acritical/);
  await field.fill('severity:hihg');
  await page.keyboard.press('Enter');
  await page
    .getByText(/Did you mean 'high'/)
    .first()
    .waitFor();
  expect(await field.inputValue()).toBe('severity:hihg');
  expect(await faultsOf(page, 'unreadable query')).toEqual([]);
}, 60_000);

test('the dialog asks for a comment exactly where the policy does', async () => {
  const put = (source: string) =>
    server
      .call('/api/v1/policy', { method: 'PUT', body: { source } })
      .then(({ status }) => expect(status).toBe(200));
  await put(
    'comments:\n  - name: hashes\n    severities: [medium]\n    statuses: [confirmed, false-positive]\n',
  );
  try {
    const dialog = page.getByRole('dialog');
    const asked = dialog.getByText(/The policy asks for a comment here \(line 2, “hashes”\)/);
    // A critical one is not among them: the dialog's own habit is off where a policy says what is asked.
    await openList('rule:sql-injection is:open');
    await page.keyboard.press('j');
    await page.keyboard.press('2');
    await dialog.getByRole('radio').first().check();
    expect(await asked.count()).toBe(0);
    expect(await dialog.locator('#decision-comment').getAttribute('aria-required')).toBeNull();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });

    // Confirming needs no dialog usually.
    await openList('rule:weak-hash status:open');
    const total = await count('rule:weak-hash status:confirmed');
    await page.keyboard.press('j');
    await page.keyboard.press('1');
    await asked.waitFor();
    await dialog.locator('#decision-comment').press('Control+Enter');
    await dialog.locator('#decision-comment[aria-invalid=true]').waitFor();
    expect(await count('rule:weak-hash status:confirmed')).toBe(total);
    expect(await faultsOf(page, 'decision with a comment that is asked for')).toEqual([]);
    await dialog.locator('#decision-comment').fill('MD5 of a password.');
    await dialog.locator('#decision-comment').press('Control+Enter');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => count('rule:weak-hash status:confirmed'), SLOW).toBe(total + 1);

    // Of all that fit, the server has looked at each.
    await openList('rule:weak-hash,sql-injection status:open');
    const all = await count('rule:weak-hash,sql-injection status:open');
    await page.locator('label.list-choice', { hasText: 'Group' }).locator('select').selectOption('asset');
    await page.getByRole('button', { name: /^False positive: all of/ }).click();
    await dialog.getByText(`Why are these ${all} false positives?`).waitFor();
    await asked.waitFor();
    await page.keyboard.press('Escape');
  } finally {
    await put('version: 1');
  }
}, 90_000);

test('each number of the facets is the number of its list', async () => {
  await openList('is:open');
  const rail = page.getByRole('region', { name: 'Filters' });
  const value = rail.getByRole('button', { name: /^weak-hash \d+$/ });
  const shown = Number((await value.innerText()).split(/\s+/).at(-1));
  await value.click();
  await page.getByText(`${shown} findings`, { exact: true }).first().waitFor();
  expect(await count('is:open rule:weak-hash')).toBe(shown);
  await rail.getByRole('button', { name: /^sql-injection [1-9]/ }).waitFor();
  await rail.getByRole('button', { name: /^sql-injection/ }).click({ modifiers: ['Alt'] });
  await page.waitForURL(/-rule%3Asql-injection/);
}, 60_000);
test('a finding tells what it is, where its data goes, and what its priority is made of', async () => {
  await openList('path:file-0.ts show:hidden');
  await page.locator('[data-row]').first().click();
  const panel = page.getByRole('complementary', { name: 'Finding' });
  await panel.getByRole('tab', { name: /comes in/ }).click();
  await panel.getByText('Step 1 of 3').waitFor();
  await page.keyboard.press('ArrowDown');
  await panel.getByText('Step 2 of 3').waitFor();
  await panel.getByRole('list', { name: 'What the priority is made of' }).waitFor();
  await panel
    .getByText(/^unknown: /)
    .first()
    .waitFor();
  await panel.getByText('Identity').click();
  await panel.getByText('It has been seen once so far.').waitFor();
  await panel.getByRole('textbox', { name: 'Comment' }).fill('Looked at <b>it</b>');
  await panel.getByRole('button', { name: 'Comment' }).click();
  await panel.getByText('Looked at <b>it</b>').waitFor();
  await panel.getByRole('link', { name: 'Open page' }).click();
  await settled(page);
  await page.getByText('Step 1 of 3').waitFor();
  expect(await faultsOf(page, 'finding')).toEqual([]);
}, 60_000);

test('a facet keeps the focus while the next numbers are counted, and the sheet leaves the finding open', async () => {
  await page.route('**/api/v1/findings/facets**', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    await route.continue();
  });
  const focus = () =>
    page.evaluate(() => document.activeElement?.closest('.facet-value')?.getAttribute('title') ?? 'none');
  const choose = async (at: number) => {
    const value = page.locator('.facet-value[aria-pressed=false]').nth(at);
    const name = await value.getAttribute('title');
    await value.focus();
    await page.keyboard.press('Enter');
    await page.locator(`.facet-value[aria-pressed=true][title="${name}"]`).waitFor();
    for (let look = 0; look < 10; look++) {
      expect(await focus()).toBe(name);
      await page.waitForTimeout(100);
    }
  };
  await openList('');
  await page.locator('.facet-value').first().waitFor();
  for (const at of [0, 0, 3]) await choose(at);

  await openList('');
  await page.locator('.facet-value').first().waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.locator('.peek h2').waitFor();
  await page.getByRole('button', { name: 'Filters' }).click();
  await page.locator('.findings-sheet .facet-value').first().waitFor();
  await choose(1);
  expect(await page.locator('.peek h2').count()).toBe(1);
  await page.unroute('**/api/v1/findings/facets**');
}, 60_000);

test('the list has no accessibility fault and fits each size', async () => {
  await openList('is:open');
  await page.keyboard.press('x');
  expect(await faultsOf(page, 'findings')).toEqual([]);
  expect(complaints).toEqual([]);
}, 60_000);

test('a click on an asset means that one, not those whose names begin so', async () => {
  await importReport(sarifReport(3, { from: 500 }), 'other.sarif', 'shop2');
  const [shop, both] = [await count('asset:shop'), await count('asset:shop*')];
  expect(both).toBe(shop + 3);
  await openList('');
  const rail = page.getByRole('region', { name: 'Filters' });
  await rail.getByRole('button', { name: /^shop \d+$/ }).click();
  await page.waitForURL(/q=asset%3Ashop(&|$)/);
  await page.getByText(`${shop} findings`, { exact: true }).first().waitFor();
}, 60_000);
