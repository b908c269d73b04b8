import { deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { fitted } from './charts/chart.ts';
import { scale } from './charts/columns.ts';
import { chartHtml } from './charts/draw-svg.ts';
import { rankingChart, severityChart } from './charts/report-charts.ts';
import { changeOf } from './collect/changes.ts';
import { sortPlaces } from './collect/sort-places.ts';
import { FRAMEWORK_TABLES } from './compliance/frameworks.ts';
import { inScript } from './html/html-report.ts';
import { pagePolicy, servedPolicy } from './html/policy.ts';
import { checkTemplate, createLiquid } from './template/liquid.ts';
import { readLogo } from './template/logo.ts';
import { markdownBlocks } from './template/markdown-blocks.ts';

test('places are in the order of severity, path and line, whatever their number', async () => {
  const places = Array.from({ length: 20_000 }, (_, index) => ({
    id: `f${index}`,
    rank: (index * 7) % 5,
    place: `src/file-${(index * 31) % 300}.ts:${(index * 17) % 900}`,
    sections: [],
  }));
  const sorted = await sortPlaces(places);
  expect(sorted).toHaveLength(20_000);
  const collator = new Intl.Collator('en', { numeric: true });
  for (let index = 1; index < sorted.length; index += 1) {
    const [a, b] = [sorted[index - 1], sorted[index]];
    if (!a || !b) throw new Error('a hole');
    expect(a.rank < b.rank || (a.rank === b.rank && collator.compare(a.place, b.place) <= 0)).toBe(true);
  }
});

test('what happened between two states', () => {
  const state = (
    status: 'open' | 'fixed' | 'risk-accepted' | 'confirmed',
    severity: 'high' | 'low' = 'high',
  ) => ({ status, severity });
  expect(changeOf(state('open'), null, true)).toBe('new');
  expect(changeOf(state('open'), state('open'), true)).toBe('open');
  expect(changeOf(state('confirmed'), state('open'), true)).toBe('open');
  expect(changeOf(state('open', 'low'), state('open'), true)).toBe('changed');
  expect(changeOf(state('risk-accepted'), state('open'), false)).toBe('changed');
  expect(changeOf(state('fixed'), state('open'), false)).toBe('fixed');
  expect(changeOf(state('open'), state('fixed'), true)).toBe('reopened');
  expect(changeOf(state('open'), state('open'), false)).toBe('gone');
});

test('a chart says in words and in a table what it shows, and escapes what it is given', () => {
  const html = chartHtml(severityChart({ critical: 1, high: 2, medium: 0, low: 0, info: 3 }), {
    interactive: true,
  });
  expect(html).toMatch(
    /<title id="chart-severity-t">By severity<\/title><desc id="chart-severity-d">Critical 1, High 2, Medium 0/,
  );
  expect(html).toMatch(
    /<rect[^>]*tabindex="0" role="button" aria-label="High: 2" data-key="severity" data-value="high"/,
  );
  expect(html).toMatch(/<th scope="row">High<\/th><td class="n">2<\/td>/);
  const rows = Array.from({ length: 30 }, (_, index) => ({
    value: `"><b>${index}`,
    label: '<script>',
    count: index,
    severity: 'high' as const,
  }));
  const hostile = chartHtml(rankingChart({ id: 'rules', title: '<x>', what: '"', key: 'rule' }, rows), {
    interactive: true,
  });
  expect(hostile).not.toMatch(/<script|<b>|<x>/);
  expect(hostile).toContain('22 more: 231');
});

test('axes end at round numbers; long names keep both ends', () => {
  expect([1, 3, 9, 60, 999].map((most) => scale(most))).toEqual([
    { step: 1, top: 1 },
    { step: 1, top: 3 },
    { step: 5, top: 10 },
    { step: 20, top: 60 },
    { step: 500, top: 1000 },
  ]);
  expect(fitted('src/a/very/long/path/to/file.ts', 100)).toMatch(/^src\/.*….*\.ts$/);
});

test('JSON in a page ends no element; the served policy has the hashes of the page and a sandbox', () => {
  expect(inScript('{"a":"</script><!--\u2028"}')).toBe('{"a":"\\u003c/script>\\u003c!--\\u2028"}');
  const hash = (letter: string) => `${letter.repeat(43)}=`;
  const page = pagePolicy({ script: hash('a'), style: hash('b') });
  expect(servedPolicy(`<meta content="${page}">`)).toBe(
    `sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox; default-src 'none'; script-src 'sha256-${hash('a')}'; style-src 'sha256-${hash('b')}'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'`,
  );
  expect(servedPolicy('nothing of ours')).toContain("sandbox; default-src 'none'; style-src 'none'");
});

test('every standard has categories with different ids, and CWE numbers that are numbers', () => {
  for (const { categories } of Object.values(FRAMEWORK_TABLES)) {
    expect(new Set(categories.map(({ id }) => id)).size).toBe(categories.length);
    for (const { cwe } of categories) expect(new Set(cwe).size).toBe(cwe.length);
  }
  expect(FRAMEWORK_TABLES['cwe-top-25'].categories).toHaveLength(25);
  expect(FRAMEWORK_TABLES['owasp-top-10-2025'].categories.find(({ cwe }) => cwe.includes(918))?.id).toBe(
    'A01:2025',
  );
});

test('a template reaches no file, no method and no prototype, and ends', async () => {
  expect(() => checkTemplate("{% include '/etc/passwd' %}")).toThrow(/no tag 'include'.*line:1/);
  expect(() => checkTemplate('{% chart sales %}')).toThrow(/no chart 'sales'/);
  expect(() => checkTemplate('a\n{{ x | nonsense }}')).toThrow(/undefined filter.*line:2/);
  const liquid = createLiquid('mark');
  const show = (source: string, values: object = {}) => liquid.parseAndRender(source, values);
  expect(await show('{{ a }}', { a: '<b>*x*' })).toBe('&lt;b&gt;\\*x\\*');
  expect(await show('{{ a.constructor }}{{ a.__proto__ }}{{ a.toString }}', { a: {} })).toBe('');
  await expect(show('{% for a in (1..100000000) %}x{% endfor %}')).rejects.toThrow(/limit/);
  await expect(
    show(
      "{% assign a = 'xxxxxxxxxx' %}{% for i in (1..40) %}{% assign a = a | append: a %}{% endfor %}{{ a }}",
    ),
  ).rejects.toThrow(/limit/);
});

test('Markdown of a template becomes blocks; HTML in it is text', () => {
  const blocks = markdownBlocks(
    '# One **two**\n\n<b>text</b> with [link](https://a.example) and [bad](javascript:x)\n\n- a\n- b\n\n| x | y |\n|---|--:|\n| 1 | 2\\|3 |\n\n```\ncode\n```',
  );
  expect(blocks).toMatchObject([
    { kind: 'heading', level: 1, text: 'One two' },
    {
      kind: 'paragraph',
      text: [
        { text: '<b>text</b> with ' },
        { text: 'link', href: 'https://a.example' },
        { text: ' and bad' },
      ],
    },
    { kind: 'list', ordered: false },
    { kind: 'table', columns: [{ title: 'x' }, { title: 'y', align: 'end' }], rows: [['1', '2|3']] },
    { kind: 'code', text: 'code' },
  ]);
});

test('a logo is a picture of a size that fits', async () => {
  const png = (width: number) => {
    const head = Buffer.alloc(33);
    head.write('\x89PNG\r\n\x1a\n', 0, 'latin1');
    head.writeUInt32BE(13, 8);
    head.write('IHDR', 12, 'latin1');
    head.writeUInt32BE(width, 16);
    head.writeUInt32BE(1, 20);
    return Buffer.concat([
      head,
      deflateSync(Buffer.alloc(4)),
      Buffer.from('\0\0\0\0IEND\xaeB`\x82', 'latin1'),
    ]);
  };
  const of = (bytes: Buffer) =>
    readLogo(
      (async function* () {
        yield bytes;
      })(),
    );
  expect(await of(png(20))).toMatchObject({ mediaType: 'image/png' });
  await expect(of(png(5000))).rejects.toThrow(/at most 2000 pixels/);
  await expect(of(Buffer.from('<svg onload=alert(1)>'))).rejects.toThrow(/neither/);
  await expect(of(Buffer.alloc(300 * 1024))).rejects.toThrow(/at most 256 kB/);
});
