import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AWAY, goWithin, prepare, REQUEST_ID, type Refusal, refusal, refuse } from './answers.ts';
import { makeSamples, type Samples } from './app-routes.ts';
import { faultsOf, launchBrowser, openPage, signInAs } from './browser.ts';
import { sarifReport } from './findings-data.ts';
import { FORMS, type Form } from './forms.ts';
import { type SeededServer, startSeededServer } from './seeded-server.ts';

/** In this order, one after the other, to the same form. */
const REFUSALS: readonly Refusal[] = [
  refusal('conflict', 'Somebody was faster.'),
  refusal('too-large', 'This is too large.'),
  refusal('too-many-requests', 'Too many requests.', { retryAfter: 30 }),
  refusal('internal', 'Something broke inside SentinelX'),
  AWAY,
];

let server: SeededServer;
let browser: Browser;
let page: Page;
let samples: Samples;
const complaints: string[] = [];

beforeAll(async () => {
  server = await startSeededServer();
  samples = await makeSamples(server, sarifReport(12));
  browser = await launchBrowser();
  page = await openPage(browser, complaints);
  await prepare(page);
  await signInAs(page, server);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

test.each(FORMS)(
  '$name: a refusal stands in the form, what was typed stays, trying again works',
  async (form) => {
    const answers: Refusal[] = [];
    await page.route(
      (url) => form.write.path.test(url.pathname),
      (route) => {
        const next = route.request().method() === form.write.method ? answers.shift() : undefined;
        return next ? refuse(route, next) : route.fallback();
      },
    );
    // Some forms stand on the same screen.
    await goWithin(page, '/not-there');
    await goWithin(page, form.address(samples));
    await form.open?.(page);
    for (const [selector, text] of Object.entries(form.typed)) await page.locator(selector).fill(text);
    const scope = form.onPage ? page.locator('main') : page.getByRole('dialog');
    const submit = scope.getByRole('button', { name: form.submit, exact: true });
    const faults: string[] = [];
    for (const one of REFUSALS) {
      answers.push(one);
      await submit.click();
      faults.push(
        ...(await faultsOfRefusal(scope, one)),
        ...(await lost(form)).map((fault) => `${one.name}: ${fault}`),
      );
    }
    answers.push(wrongFields(form));
    await submit.click();
    faults.push(...(await faultsAtFields(scope, form)), ...(await lost(form)));
    expect(faults).toEqual([]);
    await submit.click();
    await form.done(page);
    await page.keyboard.press('Escape');
    await page.unrouteAll();
  },
  60_000,
);

async function faultsOfRefusal(
  scope: Locator,
  { name, says, retryAfter, status }: Refusal,
): Promise<string[]> {
  const alert = scope.getByRole('alert').filter({ hasText: says });
  const shown = await alert
    .first()
    .waitFor({ timeout: 5000 })
    .then(
      () => true,
      () => false,
    );
  if (!shown) return [`${name}: does not say '${says}', but: ${(await scope.innerText()).slice(0, 300)}`];
  const text = await alert.first().innerText();
  return [
    ...(retryAfter && !/in \d+ seconds/.test(text) ? [`${name}: does not say how long`] : []),
    ...(status >= 500 && !text.includes(REQUEST_ID) ? [`${name}: no number of the request`] : []),
    ...(/undefined|\[object|\{"/.test(text) ? [`${name}: ${text}`] : []),
  ];
}

/** One problem for each field of the form, and one for what is no field of it. */
function wrongFields({ fields }: Form): Refusal {
  return refusal('invalid-parameter', 'Some fields do not fit.', {
    fields: [...Object.keys(fields), 'elsewhere'].map((field) => ({ field, message: `Wrong: ${field}.` })),
  });
}

async function faultsAtFields(scope: Locator, { fields }: Form): Promise<string[]> {
  await scope
    .getByText('Wrong: elsewhere.')
    .first()
    .waitFor({ timeout: 5000 })
    .catch(() => undefined);
  const faults = await scope.evaluate((root, wanted) => {
    const wrong: string[] = [];
    for (const [field, selector] of wanted) {
      const control = root.querySelector(selector);
      const described = (control?.getAttribute('aria-describedby') ?? '').split(' ');
      const words = described.map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
      if (control?.getAttribute('aria-invalid') !== 'true') wrong.push(`422: ${field} is not marked`);
      if (!words.includes(`Wrong: ${field}.`)) wrong.push(`422: ${field} is not told of at its control`);
    }
    if (!(root as HTMLElement).innerText.includes('Wrong: elsewhere.'))
      wrong.push('422: another field is not told of');
    return wrong;
  }, Object.entries(fields));
  return faults;
}

async function lost({ typed }: Form): Promise<string[]> {
  const faults: string[] = [];
  for (const [selector, text] of Object.entries(typed)) {
    const value = await page
      .locator(selector)
      .inputValue({ timeout: 1000 })
      .catch(() => null);
    if (value !== text) faults.push(`${selector} says ${value}`);
  }
  return faults;
}

test('a report that is refused stays, and is sent again with one press', async () => {
  const answers = [
    refusal('too-large', 'At most 1 MB.'),
    refusal('internal', 'Something broke inside SentinelX'),
  ];
  const taken = [...answers];
  await page.route('**/api/v1/imports/upload*', (route) => {
    const next = taken.shift();
    return next ? refuse(route, next) : route.fallback();
  });
  await goWithin(page, '/findings/imports');
  const file = {
    name: 'scan.sarif',
    mimeType: 'application/json',
    buffer: Buffer.from(sarifReport(3, { from: 90 })),
  };
  await page.locator('input[type=file]').setInputFiles(file);
  for (const one of answers) {
    await page.getByRole('alert').getByText(one.says).first().waitFor();
    await page.getByText('scan.sarif').first().waitFor();
    await page.getByRole('button', { name: 'Send it again' }).click();
  }
  await page.waitForURL(/\/findings\/imports\/run_/);
  await page.unrouteAll();
}, 60_000);

test('what somebody else changed while one typed is shown beside it, and not overwritten unseen', async () => {
  const { body: projects } = await server.call('/api/v1/projects');
  const shop = projects.items.find(({ slug }: { slug: string }) => slug === 'web-shop');
  await goWithin(page, '/admin/projects');
  await page
    .locator('li, tr', { hasText: 'Web Shop' })
    .getByRole('button', { name: /Rename/ })
    .first()
    .click();
  await page.locator('#project-name').fill('Web Shop of ours');
  await page.waitForLoadState('networkidle');
  await server.call(`/api/v1/projects/${shop.id}`, { method: 'PATCH', body: { name: 'Web Shop of theirs' } });
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('Somebody else changed this meanwhile').waitFor();
  await dialog.getByRole('cell', { name: 'Web Shop of theirs' }).waitFor();
  await dialog.getByRole('cell', { name: 'Web Shop of ours' }).waitFor();
  expect(await faultsOf(page, 'conflict')).toEqual([]);
  expect(await page.locator('#project-name').inputValue()).toBe('Web Shop of ours');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect((await server.call(`/api/v1/projects/${shop.id}`)).body.name).toBe('Web Shop of ours');
}, 60_000);

test('no page had an error', () => expect(complaints).toEqual([]));
