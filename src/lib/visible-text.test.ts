import { expect, test } from 'vitest';
import { visibleText } from './visible-text.ts';

test('what deceives a reader or breaks a store becomes visible, whatever stands beside it', () => {
  expect(visibleText('a\u202eb')).toBe('a\\u202eb');
  expect(visibleText('a\0b')).toBe('a\\u0000b');
  expect(visibleText('tag \u{e0041}')).toBe('tag \\u{e0041}');
  expect(visibleText('lone \ud800')).toBe('lone \\ud800');
  expect(visibleText('tab\tline\n')).toBe('tab\tline\n');
  expect(visibleText('Zq7k…[40 characters] é 漢字 😀')).toBe('Zq7k…[40 characters] é 漢字 😀');
});

test('every character by itself: plain ones stay, the others are escaped', () => {
  const hidden =
    /[\0-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]/;
  for (let code = 0; code <= 0xffff; code += 1) {
    const character = String.fromCharCode(code);
    const expected = `\\u${code.toString(16).padStart(4, '0')}`;
    if (visibleText(character) !== (hidden.test(character) ? expected : character))
      expect.fail(`U+${code.toString(16)}`);
  }
});
