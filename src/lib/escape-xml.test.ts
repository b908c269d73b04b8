import { expect, test } from 'vitest';
import { escapeXml } from './escape-xml.ts';

test('marks are written as entities, and what no XML can hold is left out', () => {
  expect(escapeXml('a<b> & "c"\u0000\u001b[1m\ttab\nline é 😀')).toBe(
    'a&lt;b&gt; &amp; &quot;c&quot;[1m\ttab\nline é 😀',
  );
});
