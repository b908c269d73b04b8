import { createHmac } from 'node:crypto';
import type { FileFacts } from '../file-facts.ts';

/** Keys that introductions and tests sign with, and with which some services still run. */
const GUESSES = guesses();
const HASHES: Record<string, string> = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' };
/** A guess costs 0.1 ms; a file with thousands of tokens must not cost minutes. */
const MOST_PER_FILE = 200;
const tried = new WeakMap<FileFacts, number>();

/** The key of an HMAC token when it is one that everybody tries first, else undefined. */
export function guessedKey(token: string, algorithm: string, file: FileFacts): string | undefined {
  const hash = HASHES[algorithm];
  const count = tried.get(file) ?? 0;
  if (!hash || count >= MOST_PER_FILE) return undefined;
  tried.set(file, count + 1);
  const cut = token.lastIndexOf('.');
  const signed = token.slice(0, cut);
  const signature = token.slice(cut + 1);
  return GUESSES.find((key) => createHmac(hash, key).update(signed).digest('base64url') === signature);
}

function guesses(): string[] {
  const words = ['secret', 'key', 'password', 'test', 'token', 'jwt', 'secretkey', 'jwtsecret'];
  const before = ['', 'a-', 'my-', 'my_', 'your-', 'test-', 'super-', 'jwt-', 'jwt_'];
  const whole = [
    'your-256-bit-secret',
    'your-512-bit-secret',
    'changeme',
    '123456',
    'abc',
    'shhhhh',
    'example',
  ];
  return [...new Set(['', ...words.flatMap((word) => before.map((prefix) => prefix + word)), ...whole])];
}
