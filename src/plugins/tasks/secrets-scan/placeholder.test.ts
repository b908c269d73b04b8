import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { fileFacts } from './file-facts.ts';
import { judgeValue } from './generic-values.ts';
import { isPlaceholder } from './placeholder.ts';
import { isShuffledBase64, isShuffledLetters } from './shuffled.ts';

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LETTERS = `${UPPER}${UPPER.toLowerCase()}`;
const DIGITS = '0123456789';

/** The same values in every run: what is chance in them is fixed. */
function thrown(alphabet: string, length: number, seed: number): string {
  let text = '';
  for (let round = 0; text.length < length; round += 1)
    for (const byte of createHash('sha256').update(`${alphabet.length} ${length} ${seed} ${round}`).digest())
      if (byte < 256 - (256 % alphabet.length) && text.length < length)
        text += alphabet[byte % alphabet.length];
  return text;
}

const missed = (value: string) =>
  judgeValue({
    name: 'api_key',
    kind: 'key',
    value,
    quoted: true,
    file: fileFacts('src/settings.py'),
    around: () => '',
  }) === false;

test.each([
  'your-api-key-here-1234',
  'your_token_goes_here',
  'changeme-8f3a9c2b7d1e4f6a',
  'placeholder_8f3a9c2b7d1e4f6aQz',
  'example-key-x9Kq3Lm7Zt2Wv5',
  'todo: put the token here',
  'fooBarBazQuxSecretKey',
  'foo-bar-baz-1234567',
  'putYourSecretTokenHere',
  'FAKE_KEY_FOR_TESTS_ONLY_1',
])('%s asks to be replaced', (value) => {
  expect(isPlaceholder(value, 'filler')).toBe(true);
});

test.each(['x9Tbd3kQ7mWq2vLp8Rz4', 'QkC2vmfUOsuFoo8s264a', 'TBD-tffgISCCbHQnNk5NAAnlPpc1NpezIWqVh-_kwOL'])(
  '%s holds such a word by chance',
  (value) => {
    expect(isPlaceholder(value, 'filler')).toBe(false);
  },
);

test('random keys are not missed: at most one of 150 of 20 characters, one of 500 of 32 or more', () => {
  const share = (alphabet: string, length: number) => {
    const values = Array.from({ length: 5_000 }, (_, seed) => thrown(alphabet, length, seed));
    return values.filter(missed).length / values.length;
  };
  expect(share(LETTERS + DIGITS, 20)).toBeLessThan(1 / 150);
  expect(share(LETTERS + DIGITS, 32)).toBeLessThan(1 / 500);
  expect(share(`${LETTERS}${DIGITS}-_`, 43)).toBeLessThan(1 / 500);
  // Letters only: most, because chance may make them look like words.
  expect(share(LETTERS, 20)).toBeLessThan(1 / 4);
  expect(share(LETTERS, 32)).toBeLessThan(1 / 10);
});

test.each([
  'getUserNameFromRequest',
  'AuthenticationTokenProvider',
  'XMLHttpRequestEventTarget',
  'parseHTMLFromJSONString',
  'SecretKeySpecFactoryBean',
  'internationalisation',
  'NODE_ENVIRONMENT_VALUE',
])('%s are words', (value) => {
  expect(isShuffledLetters(value)).toBe(false);
});

test.each([
  '/usr/lib/x86_64-linux-gnu/libssl3.so',
  '--max-old-space-size=4096-and-more',
  '/api/v1/projects/findings/triage',
  '-my-option-with-2-or-3-digits-4u',
])('%s is a path or an option', (value) => {
  expect(isShuffledBase64(value)).toBe(false);
});
