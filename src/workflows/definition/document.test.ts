import { expect, it } from 'vitest';
import { parseDocument } from './document.ts';

it('gives values with the places where they stand', () => {
  const document = parseDocument('name: x\nsteps:\n  - name: a\n    params:\n      p: 1\n');
  expect(document.value).toEqual({ name: 'x', steps: [{ name: 'a', params: { p: 1 } }] });
  expect(document.positionOf(['steps', 0, 'params', 'p'])).toEqual({ line: 5, column: 7 });
  expect(document.lineOf(['steps', 0])).toBe(3);
  expect(document.lineOf(['steps', 9, 'nowhere'])).toBe(2);
  expect(document.lineOf([])).toBe(1);
  expect(document.format).toBe('yaml');
});

it('reads JSON with tabs and says that it is JSON', () => {
  const document = parseDocument('{\n\t"name": "x",\n\t"steps": [{ "name": "a" }]\n}');
  expect(document).toMatchObject({
    format: 'json',
    value: { name: 'x', steps: [{ name: 'a' }] },
    problems: [],
  });
  expect(document.positionOf(['steps'])).toEqual({ line: 3, column: 2 });
});

it('takes `on` and `yes` as texts, also of a document that says it is YAML 1.1', () => {
  expect(parseDocument('%YAML 1.1\n---\non: yes\n')).toMatchObject({ value: { on: 'yes' }, problems: [] });
});

it('writes aliases out', () => {
  const document = parseDocument('a: &x { b: 1 }\nc: *x\n');
  expect(document.value).toEqual({ a: { b: 1 }, c: { b: 1 } });
  expect(document.lineOf(['c', 'b'])).toBe(1);
});

it.each([
  ['a: 1\nb: 2\na: 3\n', 'duplicate-key', 3],
  ['a: 1\n__proto__: { x: 1 }\n', 'forbidden-key', 2],
  ['a:\n  constructor: 1\n', 'forbidden-key', 2],
  ['a: !!js/function x\n', 'invalid-yaml', 1],
  ['a: 1\nb: !own 2\n', 'invalid-yaml', 2],
  ['a: [\n', 'invalid-yaml', 2],
  ['a: 1\n---\nb: 2\n', 'invalid-yaml', 2],
  ['a: .inf\n', 'wrong-value', 1],
  ['a: 12345678901234567890\n', 'wrong-value', 1],
  ['a: "\\0"\n', 'wrong-value', 1],
  ['a: {{ b }}\n', 'wrong-value', 1],
  ['a: &a [*a]\n', 'alias', 1],
  ['a: *b\n', 'alias', 1],
  ['', 'missing', 1],
  ['# nothing\n', 'missing', 1],
  ['---\n', 'missing', 1],
])('refuses %j', (source, code, line) => {
  expect(parseDocument(source).problems[0]).toMatchObject({ code, line });
});

it('reports all that is wrong in one go', () => {
  const { problems, value } = parseDocument('a: 1\na: 2\nb: .nan\n__proto__: 1\n');
  expect(problems.map((one) => [one.line, one.code])).toEqual([
    [2, 'duplicate-key'],
    [3, 'wrong-value'],
    [4, 'forbidden-key'],
  ]);
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
});

const bomb = ['a: &a ["x","x","x","x","x","x","x","x","x"]'];
for (const [name, from] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf'].map((pair) => [...pair]))
  bomb.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${from}`).join(', ')}]`);

it.each([
  ['a YAML bomb', bomb.join('\n'), 'alias'],
  ['lists in lists', '['.repeat(400_000), 'too-deep'],
  ['lists in lists that end', '['.repeat(400_000) + ']'.repeat(400_000), 'too-deep'],
  ['maps in maps', '{a: '.repeat(200_000), 'too-deep'],
  ['entries in entries', '- '.repeat(400_000), 'too-deep'],
  ['keys in keys', '? '.repeat(400_000), 'too-deep'],
  ['indentation', Array.from({ length: 900 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), 'too-deep'],
  ['many keys', Array.from({ length: 80_000 }, (_, i) => `k${i}: 1`).join('\n'), 'too-large'],
  ['many errors', 'a: [}'.repeat(190_000), 'too-large'],
  ['quotes', '"'.repeat(999_999), 'too-large'],
  ['anchors', '&a '.repeat(300_000), 'too-large'],
  ['documents', '---\n'.repeat(240_000), 'too-large'],
  ['more than 1 MB', `a: ${'x'.repeat(1_000_000)}`, 'too-large'],
])('refuses %s before it costs anything', (_what, source, code) => {
  const started = process.cpuUsage();
  const { problems, value } = parseDocument(source);
  const { user, system } = process.cpuUsage(started);
  expect(problems[0]?.code).toBe(code);
  expect(JSON.stringify(value).length).toBeLessThan(1_000_000);
  expect((user + system) / 1000).toBeLessThan(3_000);
});
