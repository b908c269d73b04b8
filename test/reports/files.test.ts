import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ReportFormat } from '../../src/reports/model.ts';
import { type BuiltIn, renderSnapshot, writeSnapshot } from './snapshot.ts';

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
const hasPdfinfo = (() => {
  try {
    execFileSync('pdfinfo', ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

let folder = '';
let hash = '';
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sentinelx-report-files-'));
  hash = await writeSnapshot(folder, 240);
  await render('html', 'technical');
  const executablePath = program ?? (await (await import('@sparticuz/chromium')).default.executablePath());
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: 'light' });
  page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!/^(file|data):/.test(request.url())) complaints.push(`a request to ${request.url()}`);
  });
  await page.goto(`file://${join(folder, 'technical.html')}`);
  await page.locator('.row').first().waitFor();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

const render = (format: ReportFormat, template: BuiltIn) =>
  renderSnapshot({ folder, hash, format, template });
const count = () => page.locator('#count').textContent();

test('filters by words, by a bar and by a chip; Escape takes them back', async () => {
  expect(await count()).toBe('240 findings');
  await page.keyboard.press('/');
  await page.keyboard.type('users');
  await expect.poll(count).toBe('48 of 240 findings');
  await page.keyboard.press('Escape');
  await expect.poll(count).toBe('240 findings');
  await page.locator('[data-chart=severity] rect[data-value=high]').click();
  await expect.poll(count).toBe('48 of 240 findings');
  expect(await page.locator('[data-chart=rules] desc').textContent()).toBe('Password in plain text 48');
  await page.locator('#facets select').nth(1).selectOption('risk-accepted');
  const both = await count();
  expect(both).toMatch(/^[1-9]\d? of 240 findings$/);
  await page.locator('.filter').first().click();
  await page.locator('#list').focus();
  await page.keyboard.press('Escape');
  await expect.poll(count).toBe('240 findings');
});

test('goes through the list by keys and shows a finding with its code', async () => {
  await page.locator('#list').focus();
  for (const key of ['j', 'j', 'k', 'Enter']) await page.keyboard.press(key);
  await page.locator('#detail h3').waitFor();
  const second = await page.locator('.row.on .title').textContent();
  expect(await page.locator('#detail h3').textContent()).toBe(second);
  expect(await page.locator('#detail .code .hit').textContent()).toContain('db.query');
  await page.keyboard.press('j');
  await expect.poll(() => page.locator('#list').getAttribute('aria-activedescendant')).toBe('row-2');
  await page.keyboard.press('Escape');
  expect(await page.locator('#detail').isVisible()).toBe(false);
  await page.keyboard.press('End');
  await expect.poll(() => page.locator('.row.on').getAttribute('aria-posinset')).toBe('240');
  await page.keyboard.press('?');
  await page.locator('#help[open]').waitFor();
  await page.locator('#help-close').click();
});

test('has no accessibility fault in light and dark, and does not scroll sideways on a phone', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
      .analyze();
    expect(
      violations.map(
        (one) =>
          `${colorScheme}: ${one.id} ${one.nodes[0]?.html.slice(0, 200)} ${one.nodes[0]?.failureSummary}`,
      ),
    ).toEqual([]);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
  ).toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 1280, height: 900 });
}, 60_000);

test('prints the whole filtered list as a table', async () => {
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  expect(await page.locator('#printed tbody tr').count()).toBe(240);
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
});

test('asked nobody for anything, kept to its policy, and nothing in it acted', () => {
  expect(complaints).toEqual([]);
  expect(readFileSync(join(folder, 'technical.html'), 'utf8').slice(0, 400)).toMatch(
    /content="default-src 'none'; script-src 'sha256-/,
  );
});

test.runIf(hasPdfinfo)(
  'PDFs are tagged: headings, tables with heads, figures with their words, a title and a language',
  async () => {
    for (const template of ['technical', 'executive', 'compliance'] as const) {
      await render('pdf', template);
      const file = join(folder, `${template}.pdf`);
      const info = execFileSync('pdfinfo', [file], { encoding: 'utf8' });
      expect(info).toMatch(/Title: +Report of <everything>/);
      expect(info).toMatch(/Tagged: +yes/);
      const struct = execFileSync('pdfinfo', ['-struct', file], {
        encoding: 'utf8',
        maxBuffer: 64e6,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      expect(struct).toMatch(/^Document/);
      for (const type of ['H1', 'TOC', 'TOCI', 'Link', 'Figure', 'L', 'LI', 'Lbl', 'LBody', 'P'])
        expect(struct).toMatch(new RegExp(`^ +${type}\\b`, 'm'));
      expect(struct).toMatch(
        template === 'technical' ? /^ +H3 /m : /^ +Table\b[\s\S]*^ +THead\b[\s\S]*^ +TH\b[\s\S]*^ +TD\b/m,
      );
      const bytes = readFileSync(file).toString('latin1');
      expect(bytes).toContain('/Lang (en)');
      expect(bytes.match(/\/Alt \(By severity\. Critical 48, High 48/)).not.toBeNull();
    }
    const fonts = execFileSync('pdffonts', [join(folder, 'technical.pdf')], { encoding: 'utf8' })
      .split('\n')
      .slice(2)
      .filter(Boolean);
    expect(fonts.length).toBeGreaterThan(1);
    for (const font of fonts) expect(font).toMatch(/IBMPlex.* yes yes yes /);
    const text = execFileSync('pdftotext', [join(folder, 'technical.pdf'), '-'], {
      encoding: 'utf8',
      maxBuffer: 64e6,
    });
    expect(text).toContain('<script>alert(1)</script>');
    expect(text.match(/The value of 'q\d+' reaches/g)).toHaveLength(240);
  },
  120_000,
);
