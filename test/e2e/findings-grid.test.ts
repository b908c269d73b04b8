import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage, settled, signInAs } from './browser.ts';
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
  const form = new FormData();
  form.append('file', new Blob([sarifReport(90)], { type: 'application/json' }), 'scan.sarif');
  await server.call('/api/v1/imports/upload?asset=shop', { method: 'POST', body: form });
  for (let tries = 0; (await server.call('/api/v1/findings/facets?q=')).body.total < 90; tries++) {
    if (tries > 600) throw new Error('the import did not end');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

async function open(address: string): Promise<void> {
  await page.goto(`${server.base}${address}`);
  await settled(page);
  await page.locator('[data-row]').first().waitFor();
}

/** Where the focus is: the number of the row as the grid tells it, and whether it is on the row's box. */
function focused(): Promise<string> {
  return page.evaluate(() => {
    const row = document.activeElement?.closest('[role=row]')?.getAttribute('aria-rowindex') ?? 'none';
    return `${row} ${document.activeElement?.tagName === 'INPUT' ? 'box' : 'title'}`;
  });
}

const chosen = () => page.locator('[role=row][aria-selected=true]').count();

test('the list is one tab stop; arrows walk its rows and cells, Space and Shift choose', async () => {
  await open('/findings?q=');
  const grid = page.getByRole('grid', { name: 'Findings' });
  await expect.poll(() => grid.getAttribute('aria-rowcount'), SLOW).toBe('91');
  const stops = await grid.evaluate(
    (element) =>
      [...element.querySelectorAll('a, button, input, [tabindex]')].filter(
        (one) => (one as HTMLElement).tabIndex === 0,
      ).length,
  );
  expect(stops).toBe(1);

  await grid.locator('[tabindex="0"]').focus();
  expect(await focused()).toBe('2 title');
  for (const [key, place] of [
    ['ArrowDown', '3 title'],
    ['ArrowLeft', '3 box'],
    ['ArrowDown', '4 box'],
    ['ArrowUp', '3 box'],
    ['ArrowRight', '3 title'],
    ['ArrowUp', '2 title'],
    ['ArrowUp', '1 box'],
    ['ArrowDown', '2 title'],
    ['End', '91 title'],
    ['Home', '2 title'],
  ] as const) {
    await page.keyboard.press(key);
    await expect.poll(focused, SLOW).toBe(place);
  }
  await page.keyboard.press('Space');
  await expect.poll(chosen, SLOW).toBe(1);
  for (let row = 3; row <= 5; row++) {
    await page.keyboard.press('Shift+ArrowDown');
    await expect.poll(focused, SLOW).toBe(`${row} title`);
  }
  await expect.poll(chosen, SLOW).toBe(4);
  await page.keyboard.press('Escape');
  await expect.poll(chosen, SLOW).toBe(0);
});

test('the row with the focus stays when it is scrolled out of sight, and Tab comes back to it', async () => {
  await open('/findings?q=');
  await page.locator('[data-row]').nth(2).focus();
  const before = await focused();
  await page.locator('#main').evaluate((main) => main.scrollTo(0, main.scrollHeight));
  const rows = page.getByRole('row').filter({ has: page.locator('[data-row]') });
  await expect
    .poll(async () => Number(await rows.last().getAttribute('aria-rowindex')), SLOW)
    .toBeGreaterThan(30);
  expect(await focused()).toBe(before);
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('none title');
  await page.keyboard.press('Shift+Tab');
  expect(await focused()).toBe(before);
});

test('elements that show other rows after scrolling are in the order in which they are seen, and the one with the focus is the same finding', async () => {
  await open('/findings?q=');
  await page.locator('[data-row]').nth(3).focus();
  const finding = () => page.evaluate(() => (document.activeElement as HTMLElement).dataset.row ?? 'none');
  const before = await finding();
  const main = page.locator('#main');
  // Down in steps of a few rows, so that elements are used again and not made anew; then back to the middle.
  for (let step = 0; step < 12; step++) {
    await main.evaluate((element) => element.scrollBy(0, 260));
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  await main.evaluate((element) => element.scrollTo(0, 1800));
  const indexes = () =>
    page
      .getByRole('row')
      .filter({ has: page.locator('[data-row]') })
      .evaluateAll((rows) => rows.map((row) => Number(row.getAttribute('aria-rowindex'))));
  await expect
    .poll(async () => {
      const now = await indexes();
      return now.length > 12 && now.every((one, at) => at === 0 || one > (now[at - 1] ?? 0));
    }, SLOW)
    .toBe(true);
  expect(await finding()).toBe(before);

  // Each row says what its link leads to, whatever its element showed before.
  const { body } = await server.call('/api/v1/findings?q=&limit=200&sort=severity');
  const known = new Map<string, { title: string; rule: string }>(
    body.items.map((one: { id: string; title: string; rule: string }) => [one.id, one]),
  );
  const shown = await page.locator('.lrow:has([data-row])').evaluateAll((rows) =>
    rows.map((row) => ({
      id: row.querySelector<HTMLElement>('[data-row]')?.dataset.row ?? '',
      href: row.querySelector('a')?.getAttribute('href'),
      title: row.querySelector('a')?.textContent,
      rule: row.querySelector('.lrow-second .mono')?.textContent,
      box: row.querySelector('input')?.getAttribute('aria-label'),
    })),
  );
  for (const row of shown) {
    const { title, rule } = known.get(row.id) ?? {};
    expect(row).toEqual({ ...row, href: `/findings/${row.id}`, title, rule, box: `Select ${title}` });
  }
});

test('j and k walk through the findings of an open group and on to the next group', async () => {
  await open('/findings?q=is%3Aopen&group=rule');
  const row = () => page.evaluate(() => (document.activeElement as HTMLElement).dataset.row ?? 'none');
  await page.keyboard.press('j');
  const group = await row();
  expect(group).toMatch(/^group-/);
  await page.keyboard.press('Enter');
  const inside = page.locator('.group-opened [data-row]');
  await inside.first().waitFor();
  const ids = await inside.evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.row ?? ''));
  expect(ids).toHaveLength(30);
  for (const id of ids.slice(0, 3)) {
    await page.keyboard.press('j');
    await expect.poll(row, SLOW).toBe(id);
  }
  await page.keyboard.press('k');
  await expect.poll(row, SLOW).toBe(ids[1]);
  // A decision is about the finding and not about its group.
  await page.keyboard.press('x');
  expect(await chosen()).toBe(1);
  expect(await page.locator('.group-finding[aria-selected=true] [data-row]').getAttribute('data-row')).toBe(
    ids[1],
  );
  await page.keyboard.press('Escape');
  await page.keyboard.press('k');
  await page.keyboard.press('k');
  await expect.poll(row, SLOW).toBe(group);
  await page.locator(`[data-row="${ids.at(-1)}"]`).focus();
  await page.keyboard.press('j');
  await expect.poll(row, SLOW).toMatch(/^group-/);
  expect(await row()).not.toBe(group);
});

const inSight = (id: string) =>
  page.evaluate((row) => {
    const box = document.querySelector(`[data-row="${row}"]`)?.getBoundingClientRect();
    return box !== undefined && box.top > 60 && box.bottom < window.innerHeight;
  }, id);
const rowWithFocus = () =>
  page.evaluate(
    () =>
      document.activeElement?.closest('.frow, .group-row')?.querySelector<HTMLElement>('[data-row]')?.dataset
        .row ?? 'none',
  );
const scrolledTo = () => page.locator('#main').evaluate((main) => Math.round(main.scrollTop));
const scroll = async (top: number) => {
  await page.locator('#main').evaluate((main, to) => main.scrollTo(0, to), top);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
};

test('a key decides about no finding that is out of sight: it shows it first, and says afterwards which one it was', async () => {
  const confirmed = async () =>
    (await server.call('/api/v1/findings/facets?q=status%3Aconfirmed')).body.total as number;
  await open('/findings?q=is%3Aopen');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  const row = await rowWithFocus();
  await scroll(3000);
  expect(await inSight(row)).toBe(false);
  await page.keyboard.press('1');
  await expect.poll(() => inSight(row), SLOW).toBe(true);
  expect(await rowWithFocus()).toBe(row);
  expect(await page.locator('.undo-bar').count()).toBe(0);
  expect(await confirmed()).toBe(0);
  await page.keyboard.press('1');
  await page
    .locator('.undo-bar')
    .getByText(/\(src\/routes\/file-\d+\.ts:\d+\)/)
    .waitFor();
  await expect.poll(confirmed, SLOW).toBe(1);
  await page.keyboard.press('u');
  await expect.poll(confirmed, SLOW).toBe(0);
});

test('Back leads to where one was in the list, from the page of a finding and from another page', async () => {
  await open('/findings?q=');
  const seen = async () => {
    const ids = await page
      .locator('[data-row]')
      .evaluateAll((rows) => rows.map((one) => (one as HTMLElement).dataset.row ?? ''));
    for (const id of ids.slice(4)) if (await inSight(id)) return id;
    throw new Error('no row is in sight');
  };
  await scroll(2200);
  const row = await seen();
  await page.locator(`[data-row="${row}"]`).click();
  const panel = page.locator('.peek');
  await panel.waitFor();
  const before = await scrolledTo();
  expect(before).toBeGreaterThan(1500);
  for (const leave of [
    () => panel.locator('.peek-head a').evaluate((link: HTMLElement) => link.click()),
    () =>
      page
        .locator('nav a[href="/tasks"]')
        .first()
        .evaluate((link: HTMLElement) => link.click()),
  ]) {
    await leave();
    await page.waitForURL((url) => url.pathname !== '/findings');
    await settled(page);
    await page.goBack();
    await page.waitForURL((url) => url.pathname === '/findings');
    await expect.poll(scrolledTo, SLOW).toBe(before);
    await expect.poll(() => inSight(row), SLOW).toBe(true);
  }
  await page.keyboard.press('j');
  await expect.poll(rowWithFocus, SLOW).not.toBe('none');
  expect(Math.abs((await scrolledTo()) - before)).toBeLessThan(100);
});

test('after a choice is cleared the focus is on its row, and another list begins at its start', async () => {
  await open('/findings?q=');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  const row = await rowWithFocus();
  await page.keyboard.press('x');
  await page.getByRole('button', { name: 'Select nothing' }).click();
  await expect.poll(rowWithFocus, SLOW).toBe(row);
  await page.keyboard.press('j');
  await expect.poll(rowWithFocus, SLOW).not.toBe(row);

  await scroll(3000);
  await page.getByLabel('Sort').selectOption('oldest');
  await expect.poll(scrolledTo, SLOW).toBeLessThan(600);
  await page.locator('[data-row]').first().waitFor();
  await page.getByLabel('Sort').blur();
  await scroll(1500);
  await page.keyboard.press('j');
  await expect.poll(rowWithFocus, SLOW).not.toBe('none');
  // The first one in sight, and not the first of the list.
  expect(await scrolledTo()).toBeGreaterThan(1400);
  expect(await inSight(await rowWithFocus())).toBe(true);

  await scroll(3000);
  await page.getByLabel('Group').selectOption('rule');
  await page.locator('.group-row').first().waitFor();
  await expect.poll(scrolledTo, SLOW).toBeLessThan(600);
});

test('a place that is cut never shows a part of the dots, and the name of the file is whole where it fits', async () => {
  await open('/findings?q=');
  const problems = await page.evaluate(() => {
    const main = document.querySelector<HTMLElement>('.lrow .frow-place-main');
    const [start, name] = [main?.querySelector('.frow-place-start'), main?.querySelector('.frow-place-name')];
    const place = main?.closest<HTMLElement>('.frow-place');
    if (!main || !start || !name || !place) return ['there is no place'];
    const found: string[] = [];
    let [shownWhole, hidden] = [0, 0];
    for (let width = 60; width < 330; width++) {
      place.style.width = `${width}px`;
      const [box, own] = [main.getBoundingClientRect(), start.getBoundingClientRect()];
      const shown = own.top < box.bottom;
      if (!shown) hidden++;
      else if (own.width < 15) found.push(`${width}: the folders have ${own.width}px`);
      else if (start.scrollWidth <= start.clientWidth) shownWhole++;
      const cut = name.scrollWidth > name.clientWidth;
      if (cut && name.scrollWidth <= box.width) found.push(`${width}: the name is cut without need`);
      if (name.getBoundingClientRect().top > box.top + 2) found.push(`${width}: the name is out of sight`);
    }
    if (shownWhole === 0 || hidden === 0) found.push(`whole ${shownWhole}, hidden ${hidden}`);
    place.style.width = '';
    return found;
  });
  expect(problems).toEqual([]);
});

test('a finding is given to a person who is picked from the list, and taken from them again', async () => {
  const people = [
    ['grace', 'Grace Hopper'],
    ['edsger', 'Edsger Dijkstra'],
  ] as const;
  for (const [login, name] of people)
    await server.call('/api/v1/users', { method: 'POST', body: { login, name, role: 'analyst' } });
  await open('/findings?q=path%3Afile-40.ts');
  const assignee = async () => {
    const { body } = await server.call('/api/v1/findings?q=path%3Afile-40.ts');
    return body.items[0].assigneeName;
  };
  expect(await assignee()).toBeNull();
  const dialog = page.getByRole('dialog');
  const picker = dialog.getByLabel('Who', { exact: true });
  const ask = async () => {
    await page.keyboard.press('j');
    await page.keyboard.press('a');
    await picker.waitFor();
    await dialog.getByRole('option', { name: 'Grace Hopper (grace)' }).waitFor({ state: 'attached' });
  };
  await ask();
  expect(await picker.inputValue()).toBe('me');
  // Letters search, as in every list of the browser.
  await picker.focus();
  await page.keyboard.type('eds');
  await expect.poll(() => picker.inputValue(), SLOW).toBe('edsger');
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await expect.poll(assignee, SLOW).toBe('edsger');

  await ask();
  await picker.selectOption('');
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await expect.poll(assignee, SLOW).toBeNull();
});

test('a group is decided about with keys', async () => {
  await open('/findings?q=is%3Aopen&group=rule');
  const row = () => page.evaluate(() => (document.activeElement as HTMLElement).dataset.row ?? 'none');
  await page.keyboard.press('j');
  const first = await row();
  expect(first).toMatch(/^group-/);
  await page.keyboard.press('j');
  await expect.poll(row, SLOW).not.toBe(first);
  await page.keyboard.press('1');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Control+Enter');
  await expect
    .poll(async () => (await server.call('/api/v1/findings/facets?q=status%3Aconfirmed')).body.total, SLOW)
    .toBe(30);
});

test('nothing complained', () => {
  expect(complaints).toEqual([]);
});
