import { appendFileSync, readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faultsOf, launchBrowser, openPage, settled, signInAs } from './browser.ts';
import { sarifReport } from './findings-data.ts';
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

test('a secret goes in, is replaced and removed, and never comes out', async () => {
  await go('/project/secrets');
  await page.getByRole('button', { name: 'New secret', exact: true }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  expect(await page.getByLabel('Name').getAttribute('aria-invalid'), 'a secret has a name').toBe('true');
  await page.getByLabel('Name').fill('registry-token');
  await page.getByText('There is one of this name; replace its value instead.').waitFor();
  await page.getByLabel('Name').fill('not a name!');
  await page.locator('#secret-value').fill('first value 4711');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('#secret-name-error').waitFor();
  expect(await page.locator('#secret-value').inputValue(), 'what was typed stays').toBe('first value 4711');
  await page.getByLabel('Name').fill('deploy-key');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The secret deploy-key is stored').waitFor();
  await page.getByRole('button', { name: 'Replace deploy-key' }).click();
  await page.locator('#secret-value').fill('second value 4712');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The secret deploy-key has its new value').waitFor();
  await page.reload();
  await settled(page);
  expect(await page.content()).not.toMatch(/4711|4712/);
  await page.getByRole('button', { name: 'Remove deploy-key' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByText('The secret deploy-key is removed').waitFor();
  const { items } = (await server.call('/api/v1/secrets')).body;
  expect(items.map(({ name }: { name: string }) => name)).toEqual(['registry-token']);
}, 60_000);

test('files are sent with progress; what is too large says so and can be sent again', async () => {
  await go('/project/files');
  const chosen = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose files' }).click();
  await (await chosen).setFiles([
    { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('to be examined\n') },
    { name: 'huge.txt', mimeType: 'text/plain', buffer: Buffer.alloc(2 * 1024 * 1024, 'x') },
  ]);
  await page.getByRole('list', { name: 'Uploads' }).getByText('Uploaded', { exact: true }).waitFor();
  await page
    .getByRole('alert')
    .getByText(/at most|too large/i)
    .waitFor();
  await page.getByRole('button', { name: 'Send huge.txt again' }).waitFor();
  await page.getByRole('button', { name: 'Forget huge.txt' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download notes.txt' }).click();
  expect(readFileSync(await (await download).path(), 'utf8')).toBe('to be examined\n');
  await page.getByRole('button', { name: 'Remove notes.txt' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByText('notes.txt is removed').waitFor();
  await page.getByRole('button', { name: 'Remove notes.txt' }).waitFor({ state: 'detached' });
}, 60_000);

test('every setting tells where it comes from, and a file is looked at before it counts', async () => {
  await go('/admin/settings?q=limits');
  const row = page.locator('.settings > div', { hasText: 'limits.timeSeconds' });
  await row.getByText('120').waitFor();
  await row.getByText('config.yaml:3').waitFor();
  await page.getByRole('button', { name: 'Variable' }).click();
  await page.getByText('No setting fits').waitFor();
  await page.getByRole('button', { name: 'Show all settings' }).click();
  await page.getByText('SENTINELX_DATA_DIR').waitFor();

  const former = readFileSync(server.configFile, 'utf8');
  await choose('broken.yaml', 'limits:\n  timeSeconds: often\n');
  await page.getByRole('alert').waitFor();
  await page
    .getByText(/limits\.timeSeconds/)
    .first()
    .waitFor();
  expect(readFileSync(server.configFile, 'utf8'), 'nothing was replaced').toBe(former);

  await choose('config.yaml', former.replace('timeSeconds: 120', 'timeSeconds: 90'));
  const dialog = page.getByRole('dialog');
  await dialog.getByText('This file changes 1 setting.').waitFor();
  await dialog.getByText('limits.timeSeconds').waitFor();
  await dialog.getByText('after a restart').waitFor();
  // Somebody edits the file on the machine meanwhile.
  appendFileSync(server.configFile, '# a remark\n');
  await dialog.getByRole('button', { name: 'Replace' }).click();
  await dialog.getByText(/changed since you read it/).waitFor();
  expect(readFileSync(server.configFile, 'utf8')).toContain('# a remark');
  await dialog.getByRole('button', { name: 'Cancel' }).click();

  await choose('config.yaml', former.replace('timeSeconds: 120', 'timeSeconds: 90'));
  await page.getByRole('dialog').getByRole('button', { name: 'Replace' }).click();
  await page.getByText('The file is replaced; 1 setting changed').waitFor();
  expect(readFileSync(server.configFile, 'utf8')).toContain('timeSeconds: 90');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download' }).click();
  expect(readFileSync(await (await download).path(), 'utf8')).toContain('timeSeconds: 90');
}, 90_000);

test('an edit of what somebody else changed meanwhile is not lost, on either side', async () => {
  await go(`/admin/users/${server.ids.person}`);
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByLabel('E-mail').fill('grace@example.org');
  await server.call(`/api/v1/users/${server.ids.person}`, {
    method: 'PATCH',
    body: { name: 'Rear Admiral Hopper' },
  });
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Somebody else changed this meanwhile').waitFor();
  await page.getByRole('cell', { name: 'Rear Admiral Hopper' }).waitFor();
  expect(await page.getByLabel('E-mail').inputValue()).toBe('grace@example.org');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The account is changed').waitFor();
  const { body } = await server.call(`/api/v1/users/${server.ids.person}`);
  expect([body.name, body.email]).toEqual(['Grace Hopper', 'grace@example.org']);
}, 60_000);

/** As another tab of the same person does it. */
function sessionCall(body?: object): Promise<{ name: string }> {
  return page.evaluate(async (change) => {
    const response = await fetch('/api/v1/account', {
      method: change ? 'PATCH' : 'GET',
      ...(change ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(change) } : {}),
    });
    return response.json();
  }, body);
}

test('one’s own name that was changed elsewhere meanwhile is not overwritten unseen, and a second save is no conflict', async () => {
  await go('/account/profile');
  const before = (await sessionCall()).name;
  const name = page.locator('#account-name');
  await name.fill('Ada of the form');
  // Another browser of the same person.
  await sessionCall({ name: 'Ada of elsewhere' });
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Somebody else changed this meanwhile').waitFor();
  await page.getByRole('cell', { name: 'Ada of elsewhere' }).waitFor();
  expect(await name.inputValue(), 'what was typed stays').toBe('Ada of the form');
  expect((await sessionCall()).name).toBe('Ada of elsewhere');
  expect(await faultsOf(page, 'account with a conflict')).toEqual([]);
  for (const next of ['Ada of the form', before]) {
    await name.fill(next);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect.poll(async () => (await sessionCall()).name, { timeout: 15_000 }).toBe(next);
    await page.getByText('Somebody else changed this meanwhile').waitFor({ state: 'detached' });
  }
}, 60_000);

test('what is known of an asset and was changed meanwhile is shown beside the choice', async () => {
  const form = new FormData();
  form.append('file', new Blob([sarifReport(1)], { type: 'application/json' }), 'scan.sarif');
  await server.call('/api/v1/imports/upload?asset=contested', { method: 'POST', body: form });
  const read = async () => (await server.call('/api/v1/assets?q=contested')).body.items[0];
  await expect.poll(read, { timeout: 30_000 }).toBeTruthy();
  const { id } = await read();
  await go('/project/assets?q=contested');
  const criticality = page.locator(`#criticality-${id}`);
  await criticality.waitFor();
  const patch = (body: object) => server.call(`/api/v1/assets/${id}`, { method: 'PATCH', body });
  // Of another fact: nothing that this choice would overwrite.
  await patch({ exposure: 'internet' });
  await criticality.selectOption('high');
  await expect.poll(async () => (await read()).criticality, { timeout: 15_000 }).toBe('high');
  expect((await read()).exposure).toBe('internet');
  await expect.poll(() => page.locator(`#exposure-${id}`).inputValue(), { timeout: 15_000 }).toBe('internet');

  await patch({ criticality: 'critical' });
  await criticality.selectOption('low');
  await page.getByText('Somebody else changed this meanwhile').waitFor();
  await page.getByRole('cell', { name: 'Critical' }).waitFor();
  expect(await criticality.inputValue(), 'what was chosen stays').toBe('low');
  expect((await read()).criticality).toBe('critical');
  expect(await faultsOf(page, 'assets with a conflict')).toEqual([]);
  await page.getByRole('button', { name: 'Leave theirs' }).click();
  expect(await criticality.evaluate((node) => node === document.activeElement)).toBe(true);
  await expect.poll(() => criticality.inputValue(), { timeout: 15_000 }).toBe('critical');

  await patch({ criticality: 'medium' });
  await criticality.selectOption('low');
  await page.getByRole('cell', { name: 'Medium' }).waitFor();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect.poll(async () => (await read()).criticality, { timeout: 15_000 }).toBe('low');
  await page.getByText('Somebody else changed this meanwhile').waitFor({ state: 'detached' });
}, 90_000);

test('why somebody may do something, and why not', async () => {
  await go(`/admin/users/${server.ids.person}`);
  const why = page.getByRole('region', { name: 'What may this account do?' });
  await why.getByText('by analyst, granted everywhere').first().waitFor();
  await why.getByLabel('Permission').selectOption('audit:read');
  await why.getByText('No role of this account has it here.').waitFor();
  await why.getByLabel('Permission').selectOption('run:create');
  await why.getByText('by analyst, granted everywhere').waitFor();
}, 30_000);

test('own tasks are allowed with their powers and hash before the eyes, and can be run then', async () => {
  await go('/admin/plugins');
  await page.getByText('To be looked at').waitFor();
  await page.getByRole('link', { name: 'todo-check' }).click();
  await page.getByRole('button', { name: 'Allow' }).click();
  const { hash } = (await server.call('/api/v1/plugins/todo-check')).body;
  await page.getByRole('dialog').getByText(hash).waitFor();
  await page.getByRole('dialog').getByText(/read/i).first().waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Allow' }).click();
  await page.getByText('todo-check is allowed').waitFor();
  expect((await server.call('/api/v1/tasks/todo-check/info')).status).toBe(200);
  await page.getByRole('button', { name: 'Refuse' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Refuse' }).click();
  await page.getByText('Refused', { exact: true }).waitFor();
  expect((await server.call('/api/v1/tasks/todo-check/info')).status).toBe(403);
}, 60_000);

test('the system tells its state; failures of the server say what to do', async () => {
  await go('/admin/system');
  await page.getByText(/SQLite, /).waitFor();
  await page.getByRole('button', { name: 'Examine now' }).click();
  await page.getByText('sqlite, intact').waitFor({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Change the keys' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Change the keys' }).click();
  await page.getByText(/The keys are changed/).waitFor();

  // What was seen stays, with its time.
  await page.route('**/api/v1/system', (route) =>
    route.fulfill(problem(503, 'store-unavailable', 'The database is away.')),
  );
  await page.getByRole('button', { name: 'Refresh' }).click();
  await page.getByText('The database is away.').waitFor({ timeout: 30_000 });
  await page.getByText(/What you see is as of/).waitFor();
  await page.getByText(/SQLite, /).waitFor();
  await page.unroute('**/api/v1/system');
  await page.getByRole('button', { name: 'Retry' }).click();
  await page.getByRole('alert').waitFor({ state: 'detached' });
}, 90_000);

test('each kind of refusal says what to do and keeps what was typed', async () => {
  for (const [status, code, text] of [
    [403, 'forbidden', 'You may not do this.'],
    [404, 'not-found', 'There is no such secret.'],
    [409, 'conflict', 'Somebody was faster.'],
    [413, 'too-large', 'This is too large.'],
    [422, 'invalid-parameter', 'This does not fit.'],
    [429, 'rate-limited', 'Too many requests.'],
    [500, 'internal', 'Something broke.'],
  ] as const) {
    await page.route('**/api/v1/secrets/refused*', (route) => route.fulfill(problem(status, code, text)));
    await go('/project/secrets');
    await page.getByRole('button', { name: 'New secret', exact: true }).click();
    await page.getByLabel('Name').fill('refused');
    await page.locator('#secret-value').fill('typed with care');
    await page.getByRole('button', { name: 'Save' }).click();
    const alert = page.getByRole('dialog').getByRole('alert');
    await alert.getByText(text).waitFor();
    await alert.getByText(`What to do about ${status}.`).waitFor();
    await alert.getByText('req_0').waitFor();
    expect(await page.locator('#secret-value').inputValue()).toBe('typed with care');
    await page.unroute('**/api/v1/secrets/refused*');
  }
}, 90_000);

test('what people wrote is shown as text and breaks no page', async () => {
  const hostile = `<img src=x onerror=alert(1)>\u202Egnp.exe ${'long'.repeat(20)}`;
  const made = await server.call('/api/v1/users', {
    method: 'POST',
    body: { login: 'mallory', name: hostile.slice(0, 100), role: 'auditor' },
  });
  // Where the server takes no control characters, what is left of it.
  if (made.status !== 201)
    await server.call('/api/v1/users', {
      method: 'POST',
      body: { login: 'mallory', name: '<img src=x onerror=alert(1)>'.repeat(3), role: 'auditor' },
    });
  await go('/admin/users');
  expect(await page.locator('main img').count()).toBe(0);
  await page
    .getByText(/<img src=x onerror=alert\(1\)>/)
    .first()
    .waitFor();
  expect(await faultsOf(page, 'hostile name')).toEqual([]);
}, 60_000);

test('who only reads finds nothing to press', async () => {
  const password = await server.temporaryPassword(
    (
      await server.call('/api/v1/users', {
        method: 'POST',
        body: { login: 'olga', name: 'Olga', role: 'auditor' },
      })
    ).body.id,
  );
  const olga = await openPage(browser, complaints);
  await olga.goto(`${server.base}/sign-in`);
  await olga.locator('#sign-in-login').fill('olga');
  await olga.locator('#sign-in-password').fill(password);
  await olga.locator('button[type=submit]').click();
  await olga.getByLabel('New password').waitFor();
  expect(await olga.getByLabel('Temporary password').count(), 'it was typed a moment ago').toBe(0);
  // What was typed is kept nowhere but in the page: another one asks for it.
  await olga.reload();
  await olga.getByLabel('Temporary password').fill(password);
  await olga.getByLabel('New password').fill('copper lantern walks twice');
  await olga.getByRole('button', { name: 'Change password' }).click();
  await olga.getByRole('heading', { name: 'Overview' }).waitFor();
  const writes = /^(new|add|remove|replace|upload another|choose|allow|refuse|change the keys|lock|edit)/i;
  for (const path of [
    '/project/secrets',
    '/project/files',
    '/project/scope',
    '/admin/plugins?plugin=todo-check',
    '/admin/settings',
    '/admin/system',
    `/admin/users/${server.ids.person}`,
  ]) {
    await olga.goto(`${server.base}${path}`);
    await settled(olga);
    const main = olga.locator('main');
    expect([path, await main.getByRole('button', { name: writes }).allInnerTexts()]).toEqual([path, []]);
    expect([path, await main.getByRole('alert').allInnerTexts()]).toEqual([path, []]);
  }
  await olga.context().close();
}, 90_000);

test('no screen of these has an accessibility fault in both themes, or scrolls sideways', async () => {
  const faults: string[] = [];
  for (const path of [
    '/project/scope',
    '/project/secrets',
    '/project/files',
    '/admin/plugins?plugin=todo-check',
    '/admin/settings',
    '/admin/system',
    `/admin/users/${server.ids.person}`,
  ]) {
    await go(path);
    if (path === '/admin/system') {
      await page.getByRole('button', { name: 'Examine now' }).click();
      await page.locator('.health-checks').waitFor();
    }
    faults.push(...(await faultsOf(page, path)));
  }
  await go('/project/secrets');
  await page.getByRole('button', { name: 'New secret', exact: true }).click();
  await page.getByRole('dialog').waitFor();
  faults.push(...(await faultsOf(page, 'new secret')));
  expect(faults).toEqual([]);
}, 180_000);

test('every page kept to its content security policy and had no error', () => {
  expect(complaints).toEqual([]);
});

async function go(path: string): Promise<void> {
  await page.goto(`${server.base}${path}`);
  await settled(page);
}

async function choose(name: string, text: string): Promise<void> {
  const chosen = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Upload another file' }).click();
  await (await chosen).setFiles({ name, mimeType: 'application/yaml', buffer: Buffer.from(text) });
}

function problem(status: number, code: string, detail: string) {
  return {
    status,
    contentType: 'application/problem+json',
    body: JSON.stringify({
      title: detail,
      status,
      code,
      detail,
      hint: `What to do about ${status}.`,
      requestId: 'req_0',
    }),
  };
}
