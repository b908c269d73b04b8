import { expect, test } from 'vitest';
import { anyCase } from './any-case.ts';

test.each([
  ['key|token', ['KEY', 'Token', 'toke'], '^(?:', ')$'],
  ['seed[_ ]?phrase', ['SEED_PHRASE', 'seed phrase', 'seed-phrase'], '^(?:', ')$'],
  ['[\\w.\\- ]{0,4}(?:sid)', ['a.-_SID', 'SId', '....!sid'], '^(?:', ')$'],
  ['with \\S{1,4} [a-fx]+\\]', ['WITH AB AFX]', 'with \t\n af]', 'with ab fF]', 'with ab g]'], '^(?:', ')$'],
])('%s fits as it does with the flag i', (source, texts, before, after) => {
  const flagged = new RegExp(before + source + after, 'i');
  const plain = new RegExp(before + anyCase(source) + after);
  for (const text of texts) expect(plain.test(text), text).toBe(flagged.test(text));
  expect(new Set(texts.map((text) => flagged.test(text)))).toEqual(new Set([true, false]));
});
