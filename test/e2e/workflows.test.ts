import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildWebApp } from '../../src/server/web-build.ts';
import { type SignInServer, startSignInServer } from '../server/sign-in-helper.ts';
import { faultsOf, launchBrowser, openPage } from './browser.ts';

const PASSWORD = 'violet tractor sings nine';

let server: SignInServer;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  await buildWebApp((line) => {
    if (line.startsWith('warning')) throw new Error(line);
  });
  server = await startSignInServer();
  browser = await launchBrowser();
  page = await openPage(browser, complaints);
  await page.goto(server.link);
  await page.locator('#setup-name').fill('Ada Lovelace');
  await page.locator('#setup-login').fill('ada');
  await page.locator('#setup-password').fill(PASSWORD);
  await page.locator('button[type=submit]').click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

test('a workflow of three steps is built, published, run and approved with the keyboard alone', async () => {
  await go('/workflows');
  await page.getByText('No workflows yet').waitFor();
  await tabTo('New workflow');
  await page.keyboard.press('Enter');
  await tabTo('Nothing');
  await page.keyboard.press('Enter');

  await tabTo('Add the first step');
  await page.keyboard.press('Enter');
  await choose('secrets-scan');
  await hasFocus('n:secrets-scan');
  // Its form: the first field is the name, the target follows.
  await page.keyboard.press('Enter');
  await tabTo('Folder or file');
  await page.keyboard.type('sample:shop');
  await page.keyboard.press('Escape');
  await hasFocus('n:secrets-scan');

  await page.keyboard.press('a');
  await choose('approval');
  await hasFocus('n:approve');
  await page.keyboard.press('a');
  await choose('findings.list');
  await hasFocus('n:findings-list');
  expect(await edges()).toEqual(['approve→findings-list', 'secrets-scan→approve']);
  expect(await tabStops(), 'the canvas is one tab stop').toBe(1);

  // A connection is reached from its step; a step is put into it, and taken out again.
  await page.keyboard.press('ArrowLeft');
  await hasFocus('n:approve');
  await page.keyboard.press('e');
  await hasFocus('e:approve→findings-list');
  await page.keyboard.press('Enter');
  await choose('wait');
  await hasFocus('n:wait');
  expect(await edges()).toContain('wait→findings-list');
  await page.keyboard.press('Delete');
  await expect.poll(edges).toEqual(['approve→findings-list', 'secrets-scan→approve']);

  // Connected by a question instead of a line, disconnected at the line, and both taken back.
  await hasFocus('n:findings-list');
  await page.keyboard.press('Home');
  await hasFocus('n:secrets-scan');
  await page.keyboard.press('c');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('End');
  await tabTo('Connect', { exact: true });
  await page.keyboard.press('Enter');
  await expect.poll(edges).toContain('secrets-scan→findings-list');
  // It gives the focus back once more when it has faded.
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await hasFocus('n:secrets-scan');
  await page.keyboard.press('e');
  await hasFocus('e:secrets-scan→approve');
  await page.keyboard.press('ArrowDown');
  await hasFocus('e:secrets-scan→findings-list');
  await page.keyboard.press('Delete');
  await expect.poll(edges).toEqual(['approve→findings-list', 'secrets-scan→approve']);
  await hasFocus('n:secrets-scan');
  await page.keyboard.press('Control+z');
  await expect.poll(edges).toContain('secrets-scan→findings-list');
  await page.keyboard.press('Control+z');
  await expect.poll(edges).not.toContain('secrets-scan→findings-list');

  // The same commands stand in the menu of the step.
  await page.keyboard.press('m');
  await page.getByRole('menuitem', { name: /Move down/ }).waitFor();
  await page.keyboard.press('Escape');
  await hasFocus('n:secrets-scan');

  await tabTo('Publish', { back: true });
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.type('the first one');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/workflows\/new-workflow$/);

  await tabTo('Run', { exact: true });
  await page.keyboard.press('Enter');
  await page.getByText('read files below the target').first().waitFor();
  await tabTo('Start');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/workflow-runs\/wfr_/);
  await page.getByText('approve waits for an approval').waitFor({ timeout: 40_000 });
  await tabTo('Approve approve');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.type('looks right');
  await tabTo('Approve', { exact: true });
  await page.keyboard.press('Enter');
  await page.locator('h1 .run-status-done').waitFor({ timeout: 30_000 });
  expect(await stepStates()).toEqual(['secrets-scan Done', 'approve Done', 'findings-list Done']);
}, 180_000);

test('graph and text are one document: broken text keeps the graph, problems stand at their line and step', async () => {
  await go('/workflows/new-workflow/edit');
  await page.locator('[data-focus="n:approve"]').waitFor();
  await page.getByRole('tab', { name: 'YAML' }).click();
  const text = page.getByLabel('Document as YAML');
  await text.focus();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('outputs: [');
  await page.getByText('The text cannot be read at the moment.').first().waitFor();
  expect(await page.locator('.wf-node').count()).toBe(3);
  await page.locator('.cm-lint-marker-error').first().waitFor();
  for (let count = 0; count < 'outputs: ['.length; count++) await page.keyboard.press('Backspace');
  await page.getByText('The text cannot be read at the moment.').waitFor({ state: 'hidden' });

  // A step typed into the text (the editor indents the next line) is on the canvas at once; what the server says about it a moment later.
  await page.keyboard.type('  - name: more\ntask: secret-scan\n');
  await page.locator('[data-focus="n:more"]').waitFor();
  await page.locator('.wf-node-wrong[data-focus="n:more"]').waitFor();
  await page.getByRole('tab', { name: /problem/ }).click();
  await page
    .locator('.wf-problems')
    .getByRole('button', { name: /secrets-scan/ })
    .first()
    .click();
  await page.getByRole('tab', { name: 'YAML', selected: true }).waitFor();

  // A draft is not lost by leaving.
  await go('/workflows');
  await go('/workflows/new-workflow/edit');
  await page.getByText('This is your draft from before').waitFor();
  await page.getByRole('button', { name: 'Discard it' }).click();
  await expect.poll(() => page.locator('.wf-node').count()).toBe(3);
}, 90_000);

test('publishing shows the changes; a revision of somebody else in between is shown and not overwritten', async () => {
  await go('/workflows/new-workflow/edit');
  await page.getByRole('button', { name: /^approve/ }).click();
  await page.getByLabel('What the person reads').fill('Look first, please');
  const { body } = await call('GET', '/workflows/new-workflow');
  await call('PUT', '/workflows/new-workflow', {
    source: `${body.source}# by somebody else\n`,
    note: 'meanwhile',
  });
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByRole('dialog').getByText('Look first, please').waitFor();
  await page.getByLabel('What changes and why').fill('a message');
  await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
  await page.getByText('Somebody has published revision 2 meanwhile').waitFor();
  await page.getByText('# by somebody else').first().waitFor();
  expect((await call('GET', '/workflows/new-workflow')).body.revision).toBe(2);
  await page.getByRole('button', { name: 'Publish over revision 2' }).click();
  await page.waitForURL(/\/workflows\/new-workflow$/);
  expect((await call('GET', '/workflows/new-workflow')).body.revision).toBe(3);

  await page.getByRole('tab', { name: 'Revisions' }).click();
  await page.getByText('meanwhile').waitFor();
  await page.getByRole('button', { name: 'Changes of revision 3' }).click();
  await page.getByText('Look first, please').first().waitFor();
  await page.getByRole('button', { name: 'Restore revision 1' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
  await page.getByText('new-workflow is at revision 4 now').waitFor();
}, 90_000);

test('a step is tested alone on the samples of those before it, and its result is pinned', async () => {
  await call('POST', '/workflows', {
    source: (await call('GET', '/workflows/templates/folder-audit')).body.source,
  });
  await go('/workflows/folder-audit/edit');
  await page.getByRole('button', { name: /^serious/ }).click();
  await page.getByRole('button', { name: 'Test this step' }).click();
  await page.getByRole('button', { name: 'Show what each step would do' }).click();
  await page.getByText('A dry run: nothing has been done.').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Start' }).click();
  await page.locator('.wf-node-done[data-focus="n:serious"]').waitFor({ timeout: 30_000 });
  expect(await page.locator('.wf-node-done').count(), 'summary is not part of the test').toBe(2);
  await page.getByText('Result of the test run').waitFor();
  await page.getByRole('button', { name: 'Pin the last result' }).click();
  await expect
    .poll(() => page.getByLabel('Output and findings as JSON').inputValue())
    .toContain('"nextCursor"');
}, 90_000);

test('a failed run says where, goes on from there, and runs again from a step with other inputs', async () => {
  const source = [
    'name: two-folders',
    'inputs: { path: { type: string, kind: path, default: sample:none } }',
    'steps:',
    '  - { name: first, operation: scope.list }',
    '  - { name: scan, task: secrets-scan, depends_on: first, params: { path: "${{ inputs.path }}" } }',
    '',
  ].join('\n');
  expect((await call('POST', '/workflows', { source })).status).toBe(201);
  const started = await call('POST', '/workflows/run', { workflow: 'two-folders' });
  await go(`/workflow-runs/${started.body.run.id}`);
  await page.locator('h1 .run-status-failed').waitFor({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Show scan' }).click();
  await page.getByRole('heading', { name: 'scan' }).waitFor();
  await page.getByRole('button', { name: 'Run again from here' }).click();
  await page.getByRole('dialog').getByLabel(/Path/).fill('sample:shop');
  await page.getByRole('dialog').getByRole('button', { name: 'Start' }).click();
  await page.waitForURL((address) => !address.pathname.endsWith(started.body.run.id));
  await page.locator('h1 .run-status-done').waitFor({ timeout: 30_000 });
  await page.getByText('Repeats an earlier run from scan on').waitFor();
  await page.getByRole('link', { name: 'Run of the task' }).first().click();
  await page.waitForURL(/\/runs\/run_/);
}, 120_000);

test('a run that waits is cancelled; items of a list are shown each by itself', async () => {
  const source = [
    'name: each-one',
    'steps:',
    '  - { name: all, for_each: [sample:shop, sample:none], task: secrets-scan, params: { path: "${{ item }}" }, continue_on_error: true }',
    '  - { name: later, depends_on: all, wait: 1h }',
    '',
  ].join('\n');
  expect((await call('POST', '/workflows', { source })).status).toBe(201);
  const started = await call('POST', '/workflows/run', { workflow: 'each-one' });
  await go(`/workflow-runs/${started.body.run.id}?step=all`);
  await page.locator('.wf-items > li').nth(1).waitFor({ timeout: 30_000 });
  await page.getByText('1 Done, 1 Failed').first().waitFor({ timeout: 30_000 });
  await page.getByText('Waits for a time,').waitFor();
  await page.getByRole('button', { name: 'Cancel run' }).click();
  await page.locator('h1 .run-status-cancelled').waitFor({ timeout: 20_000 });
}, 90_000);

test('a schedule is made from words, with its next times, paused with a note, and runs now', async () => {
  await go('/schedules');
  await page.getByText('No schedules yet').waitFor();
  await page.getByRole('button', { name: 'New schedule' }).click();
  await page.getByLabel('Workflow', { exact: true }).selectOption('folder-audit');
  await page.getByLabel('How often').selectOption('weekday');
  await page.getByLabel('At', { exact: true }).fill('02:30');
  await page.getByLabel('Time zone').fill('Europe/Berlin');
  await page.getByText('Monday through Friday').waitFor();
  expect(await page.locator('.schedule-next > li').count()).toBe(5);
  await page.getByLabel('How often').selectOption('day');
  await page.getByText('The clocks go forward over this time').waitFor();
  await page.getByText('this time comes twice').waitFor();
  await page.getByLabel('Time zone').fill('Europe/Nowhere');
  await page
    .getByText('Expects the name of a time zone')
    .or(page.getByText('expects the name of a time zone'))
    .first()
    .waitFor();
  await page.getByLabel('Time zone').fill('Europe/Berlin');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.getByText('At 02:30, every day').waitFor();
  expect((await call('GET', '/schedules')).body.items[0]).toMatchObject({
    cron: '30 2 * * *',
    zone: 'Europe/Berlin',
  });

  await page.getByRole('switch').click();
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('This is needed.').waitFor();
  await page.getByLabel('Why?').fill('moving house');
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('moving house').waitFor();
  await page.getByRole('switch').click();
  await page.getByText('moving house').waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: /^Run now/ }).click();
  await page.waitForURL(/\/workflow-runs\/wfr_/);
}, 90_000);

test('a webhook shows its secret once; signed as the page says, a request starts the workflow', async () => {
  await go('/triggers');
  await page.getByRole('button', { name: 'New webhook' }).click();
  await page.getByLabel('Workflow', { exact: true }).selectOption('folder-audit');
  await page.getByLabel('Name', { exact: true }).fill('shop-push');
  await page.getByRole('button', { name: 'Make webhook' }).click();
  await page.getByText('This secret is shown only now').waitFor();
  const [secret = '', address = ''] = await page.locator('.copy-block pre').allInnerTexts();
  expect(secret).toMatch(/^[0-9a-f]{64}$/);
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByText('When the webhook shop-push is called').waitFor();
  expect(await page.content()).not.toContain(secret);
  const status = await signedCall(address, secret);
  expect(status).toBe(202);
  await page.getByText('Started it').waitFor();

  // Another name and another secret, at the same address.
  await page.getByRole('button', { name: 'Edit shop-push' }).click();
  await page.getByLabel('Name', { exact: true }).fill('shop-merge');
  await page.getByLabel('Make a new secret').check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('This secret is shown only now').waitFor();
  const [renewed = '', same = ''] = await page.locator('.copy-block pre').allInnerTexts();
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByText('When the webhook shop-merge is called').waitFor();
  expect([same, renewed === secret]).toEqual([address, false]);
  expect([await signedCall(address, secret), await signedCall(address, renewed)]).toEqual([401, 202]);

  await page.getByRole('button', { name: 'New event trigger' }).click();
  await page.getByLabel('Workflow', { exact: true }).selectOption('new-workflow');
  await page.getByLabel('Event', { exact: true }).fill('finding.exploded');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('#trigger-event-error').waitFor();
  await page.getByLabel('Event', { exact: true }).fill('finding.reopened');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('When finding.reopened happens').waitFor();
}, 90_000);

test('approvals are one inbox; each has an address, and the answer of somebody else is shown', async () => {
  const started = await call('POST', '/workflows/run', { workflow: 'new-workflow' });
  await go('/approvals');
  const link = page.getByRole('link', { name: 'new-workflow · approve' }).first();
  await link.waitFor({ timeout: 30_000 });
  await link.click();
  await page.waitForURL(/\/approvals\/apr_/);
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  await page.getByRole('button', { name: 'Reject approve' }).click();
  await call('POST', `/approvals/${id}/decide`, { approve: true, comment: 'was faster' });
  await page.getByRole('dialog').getByRole('button', { name: 'Reject' }).click();
  await page.getByText('was faster').waitFor();
  expect(await page.getByRole('button', { name: 'Reject approve' }).count()).toBe(0);
  await go(`/workflow-runs/${started.body.run.id}`);
  await page.locator('h1 .run-status-done').waitFor({ timeout: 30_000 });
}, 90_000);

test('an older file is converted with a report and opened in the designer', async () => {
  await go('/convert-workflow');
  await page
    .getByLabel('The older file')
    .fill('name: Old One\ntasks:\n  - name: scan\n    type: nothing-like-it\n');
  await page.getByRole('button', { name: 'Convert', exact: true }).click();
  await page.getByRole('heading', { name: 'What was changed' }).waitFor();
}, 30_000);

test('no screen has an accessibility fault in light and dark, or scrolls sideways on a phone', async () => {
  const faults: string[] = [];
  for (const path of [
    '/workflows',
    '/new-workflow',
    '/workflows/folder-audit',
    '/workflows/new-workflow?part=revisions',
    '/workflow-runs',
    '/schedules',
    '/triggers',
    '/approvals?show=all',
    '/convert-workflow',
  ]) {
    await go(path);
    await settled();
    faults.push(...(await faultsOf(page, path)));
  }
  const { body } = await call('GET', '/workflows/runs?workflow=each-one');
  await go(`/workflow-runs/${body.items[0].id}?step=all`);
  await settled();
  faults.push(...(await faultsOf(page, 'run')));
  expect(faults).toEqual([]);
}, 240_000);

test('the designer and its dialogs have no accessibility fault either', async () => {
  const faults: string[] = [];
  await go('/workflows/folder-audit/edit');
  await page.locator('.wf-node').first().waitFor();
  faults.push(...(await faultsOf(page, 'designer')));
  await page.getByRole('button', { name: /^files/ }).click();
  await page.getByLabel('Folder or file').waitFor();
  faults.push(...(await faultsOf(page, 'inspector')));
  await page.getByRole('tab', { name: 'Outline' }).click();
  await page.getByRole('tab', { name: 'YAML' }).click();
  await page.locator('.cm-content').waitFor();
  faults.push(...(await faultsOf(page, 'outline and YAML')));
  await page.getByRole('button', { name: 'Add step' }).click();
  await page.getByRole('combobox').waitFor();
  faults.push(...(await faultsOf(page, 'palette')));
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Test run' }).click();
  await page.getByText('read files below the target').waitFor();
  faults.push(...(await faultsOf(page, 'run dialog')));
  await go('/schedules?add=folder-audit');
  await page.locator('.schedule-next').waitFor();
  faults.push(...(await faultsOf(page, 'schedule dialog')));
  expect(faults).toEqual([]);
}, 240_000);

test('on a phone the outline is the editor', async () => {
  const phone = await openPage(browser, complaints, {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    storageState: await page.context().storageState(),
  });
  await phone.goto(`${server.base}/workflows/folder-audit/edit`);
  await phone.getByRole('tree', { name: 'Steps as a tree' }).waitFor();
  await phone.getByRole('treeitem', { name: /^serious/ }).tap();
  await phone.getByLabel('Only if').fill('true');
  await phone.getByRole('tab', { name: 'YAML' }).tap();
  await phone.getByText('condition: "true"').or(phone.getByText("condition: 'true'")).waitFor();
  await phone.context().close();
}, 60_000);

test('every page kept to its content security policy and had no error', () => {
  expect(complaints).toEqual([]);
});

async function go(path: string): Promise<void> {
  await page.goto(`${server.base}${path}`);
  await page.locator('h1').first().waitFor();
}

async function settled(): Promise<void> {
  await expect.poll(() => page.locator('main .loading').count(), { timeout: 10_000 }).toBe(0);
}

/** Tab, until the thing of that name has the focus: what a person without a pointer does. */
async function tabTo(name: string, { exact = false, back = false } = {}): Promise<void> {
  for (let count = 0; count < 90; count++) {
    await page.keyboard.press(back ? 'Shift+Tab' : 'Tab');
    const found = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement | null;
      if (!element) return '';
      const labels = (element as HTMLInputElement).labels;
      const label =
        element.getAttribute('aria-label') ?? labels?.[0]?.textContent ?? element.textContent ?? '';
      return label.trim();
    });
    if (exact ? found === name : found.startsWith(name)) return;
  }
  throw new Error(`the keyboard does not reach '${name}'`);
}

/** In the palette: a few letters, Enter. */
async function choose(words: string): Promise<void> {
  await page.getByRole('combobox').waitFor();
  await page.keyboard.type(words);
  await page
    .getByRole('option', { selected: true })
    .filter({ hasText: new RegExp(words, 'i') })
    .waitFor();
  await page.keyboard.press('Enter');
}

async function hasFocus(name: string): Promise<void> {
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-focus')), { timeout: 10_000 })
    .toBe(name);
}

async function edges(): Promise<string[]> {
  const names = await page
    .locator('[data-focus^="e:"]')
    .evaluateAll((all) => all.map((element) => element.getAttribute('data-focus')?.slice(2) ?? ''));
  return names.sort();
}

function tabStops(): Promise<number> {
  return page
    .locator('.wf-canvas .react-flow [tabindex="0"], .wf-canvas .react-flow button:not([tabindex])')
    .count();
}

function stepStates(): Promise<string[]> {
  return page
    .locator('.wf-steps tbody tr')
    .evaluateAll((rows) =>
      rows.map(
        (row) =>
          `${row.querySelector('.wf-step-link')?.textContent} ${row.querySelector('.run-status')?.textContent}`,
      ),
    );
}

// biome-ignore lint/suspicious/noExplicitAny: what the server answers is what the tests look at
async function call(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }> {
  const response = await fetch(`${server.base}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${server.ownerToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
}

let deliveries = 0;
async function signedCall(address: string, secret: string): Promise<number> {
  const { createHmac } = await import('node:crypto');
  // Two of the same second with the same body are one request.
  const body = JSON.stringify({ ref: 'main', delivery: ++deliveries });
  const time = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-sentinelx-signature': `t=${time},v1=${signature}` },
    body,
  });
  return response.status;
}
