import fc from 'fast-check';
import { expect, test } from 'vitest';
import { table } from './table.ts';
import { openTerminal, pad, shorten, widthOf, wrap } from './terminal.ts';

const terminal = (width: number) => ({ ...openTerminal(process.stdout, { color: false }), width });

test('columns stand below each other', () => {
  const rows = [
    ['x', '1'],
    ['long', '20'],
  ];
  expect(table(terminal(40), [{ title: 'A' }, { title: 'N', align: 'right' }], rows)).toBe(
    'A      N\nx      1\nlong  20',
  );
});

test('what may be cut is cut: words at the end, paths in the middle', () => {
  const text = table(
    terminal(40),
    [{}, { min: 8, cut: 'middle' }, { min: 8 }],
    [['high', 'src/very/long/path/to/file.ts:12', 'a message that is long']],
  );
  expect(widthOf(text)).toBeLessThanOrEqual(40);
  expect(text).toMatch(/^high {2}src.*…\S*ts:12 {2}a mess/);
});

test('no line is wider than the terminal, whatever the cells hold', () => {
  const cell = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(cell, cell), { maxLength: 5 }),
      fc.integer({ min: 40, max: 120 }),
      (rows, width) => {
        const text = table(terminal(width), [{ min: 5 }, { min: 5, cut: 'middle' }], rows);
        for (const line of text.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(width);
      },
    ),
  );
});

test('wide characters count two columns', () => {
  expect(widthOf('日本')).toBe(4);
  expect(shorten('日本語テキスト', 7)).toBe('日本語…');
  expect(pad('日本', 6)).toBe('日本  ');
});

test('text is broken at spaces', () => {
  expect(wrap('one two three\n\nfour', 8)).toEqual(['one two', 'three', '', 'four']);
});
