import { expect, test } from 'vitest';
import { hashPassword, passwordProblem, verifyPassword } from './passwords.ts';

const WORDS = ['ada', 'Ada Lovelace', 'ada.lovelace@example.org'];

test.each([
  ['short', /at least 12 characters/],
  ['é'.repeat(11), /at least 12 characters/],
  ['x'.repeat(257), /at most 256 characters/],
  ['ababababababab', /five different/],
  ['Ada-says-hello-42', /contain the login/],
  ['P@ssw0rd1234', /attackers try first/],
  ['123456789012', /attackers try first/],
  ['letmeinplease', /attackers try first/],
  ['qwertyuiop123', /guessed|attackers/],
  ['1qaz2wsx3edc4rfv', /guessed|attackers/],
  ['aaaaaaaaaaaabcde', /repeats|guessed/],
  ['Abcde1Abcde1Abcde1', /repeats|guessed/],
  ['abcdefghijklmn', /sequence|guessed/],
  ['Summer2024!!', /guessed/],
  ['SentinelX2026!', /product|guessed|attackers/],
  ['5ent1nelx2026', /product|guessed|attackers/],
  ['Lovelace1815!!', /name|guessed|attackers/],
])('%s is refused', async (password, why) => {
  expect(await passwordProblem(password, WORDS)).toMatch(why);
});

test.each([
  'correct horse battery',
  'kX9#mQ2$vL7p',
  'tomorrow-grape-lantern',
  'größe über alles im tal',
  '猫がベッドの上で静かに寝ている',
])('%s is taken', async (password) => {
  expect(await passwordProblem(password, WORDS)).toBeUndefined();
});

test('a long password costs no more than a moment and does not stop the process from working', async () => {
  const started = performance.now();
  let turns = 0;
  const timer = setInterval(() => turns++, 5);
  const noise = Array.from({ length: 256 }, (_, index) => String.fromCharCode(33 + ((index * 7919) % 90)));
  await passwordProblem(noise.join(''), WORDS);
  clearInterval(timer);
  const took = performance.now() - started;
  expect(took).toBeLessThan(10_000);
  expect(turns).toBeGreaterThan(took / 50);
});

test('composed and decomposed characters are the same password', async () => {
  const stored = await hashPassword('crème brûlée à midi'.normalize('NFC'));
  expect(await verifyPassword('crème brûlée à midi'.normalize('NFD'), stored)).toBe(true);
  expect(await verifyPassword('creme brulee a midi', stored)).toBe(false);
});
