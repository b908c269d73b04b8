import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expandExample } from '../examples.ts';
import { fileFacts } from '../file-facts.ts';
import type { Match, Verdict } from '../rule.ts';
import { base58Check } from './base58.ts';
import { hasBase62Checksum } from './base62-checksum.ts';
import { bech32, bech32Encode } from './bech32.ts';
import { privateKey } from './private-key.ts';
import {
  awsAccount,
  awsKeyId,
  base64Key,
  basicCredentials,
  grafanaToken,
  jsonWebToken,
  pypiMacaroon,
} from './verdicts.ts';

function matchOf(value: string, path = 'src/app.ts'): Match {
  return { value, groups: {}, file: fileFacts(path), before: '', input: value };
}
const trust = (verdict: Verdict) => (verdict === false ? 'none' : (verdict.confidence ?? 'as the rule'));

interface Format {
  /** With generated parts: the same seed gives the same token. */
  example: string;
  check: (match: Match) => Verdict;
  /** Characters that may stand in the part behind the prefix. */
  alphabet: string;
  prefix: number;
}
const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const base62: Format['check'] = ({ value }) => (hasBase62Checksum(value) ? { confidence: 'high' } : false);
const FORMATS: Record<string, Format> = {
  GitHub: { example: '[[checksum:ghp_]]', check: base62, alphabet: BASE62, prefix: 4 },
  npm: { example: '[[checksum:npm_]]', check: base62, alphabet: BASE62, prefix: 4 },
  Grafana: { example: '[[grafana]]', check: grafanaToken, alphabet: BASE62, prefix: 5 },
  'Bitcoin key': { example: '[[wif]]', check: base58Check, alphabet: BASE58, prefix: 0 },
  'Bitcoin extended key': { example: '[[xprv]]', check: base58Check, alphabet: BASE58, prefix: 0 },
  age: { example: '[[age]]', check: bech32, alphabet: 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L', prefix: 15 },
};

describe.each(Object.entries(FORMATS))('%s', (_name, { example, check, alphabet, prefix }) => {
  test('a right checksum is known', () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        expect(trust(check(matchOf(expandExample(example, seed))))).toBe('high');
      }),
    );
  });

  test('one other character, anywhere, is not', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.nat(), (seed, where, what) => {
        const token = expandExample(example, seed);
        const at = prefix + (where % (token.length - prefix));
        const other = alphabet[what % alphabet.length] as string;
        fc.pre(other !== token[at] && token[at] !== '_');
        const changed = token.slice(0, at) + other + token.slice(at + 1);
        expect(trust(check(matchOf(changed))), changed).not.toBe('high');
      }),
      { numRuns: 300 },
    );
  });

  test('two neighbours that changed places are not', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), (seed, where) => {
        const token = expandExample(example, seed);
        const at = prefix + (where % (token.length - prefix - 1));
        const [a, b] = [token[at] as string, token[at + 1] as string];
        fc.pre(a !== b && a !== '_' && b !== '_');
        expect(trust(check(matchOf(token.slice(0, at) + b + a + token.slice(at + 2))))).not.toBe('high');
      }),
      { numRuns: 200 },
    );
  });
});

test('no validator throws, whatever it is given', () => {
  const checks = [
    base58Check,
    bech32,
    grafanaToken,
    awsKeyId,
    base64Key(32),
    basicCredentials,
    jsonWebToken,
    pypiMacaroon,
    privateKey,
  ];
  const texts = fc.oneof(
    fc.string({ maxLength: 300 }),
    fc.base64String(),
    fc
      .uint8Array({ maxLength: 60 })
      .map((bytes) => `-----BEGIN OPENSSH PRIVATE KEY-----\n${Buffer.from(bytes).toString('base64')}`),
    fc
      .uint8Array({ maxLength: 60 })
      .map(
        (bytes) =>
          `-----BEGIN PRIVATE KEY-----\n${Buffer.concat([Buffer.from([0x30]), bytes]).toString('base64')}`,
      ),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => `pypi-${Buffer.from(bytes).toString('base64url')}`),
    fc
      .json()
      .map(
        (json) => `${Buffer.from(json).toString('base64url')}.${Buffer.from(json).toString('base64url')}.x`,
      ),
  );
  fc.assert(
    fc.property(texts, (text) => {
      for (const check of checks) check(matchOf(text));
    }),
    { numRuns: 1_000 },
  );
});

test('Bech32 accepts the published examples of BIP 173', () => {
  for (const value of ['A12UEL5L', 'split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w'])
    expect(trust(bech32(matchOf(value)))).toBe('high');
  expect(bech32Encode('a', [])).toBe('a12uel5l');
});

test('ids of AWS access keys tell their account', () => {
  // Encoded here from the account: 40 bits, shifted by 7, base 32 behind a prefix of four letters.
  const encode = (account: bigint) => {
    let bits = (1n << 49n) | (account << 9n);
    let text = '';
    for (let i = 0; i < 10; i++, bits >>= 5n)
      text = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number(bits & 31n)] + text;
    return `AKIA${text}AAAAAA`;
  };
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 999_999_999_999n }), (account) => {
      expect(awsAccount(encode(account))).toBe(account.toString().padStart(12, '0'));
    }),
  );
  expect(awsAccount('AKIAIOSFODNN7EXAMPLE')).toBeUndefined();
});

describe('JSON Web Tokens', () => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = (claims: unknown, key: string) => {
    const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
    return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
  };
  const hour = Math.floor(Date.now() / 1000) + 3_600;

  test('a key that everybody tries first is worse than the token, except in a test', () => {
    const token = signed({ sub: 'ann', exp: hour }, 'my-secret');
    expect(jsonWebToken(matchOf(token))).toMatchObject({
      confidence: 'high',
      note: expect.stringContaining('guessed'),
    });
    expect(jsonWebToken(matchOf(token, 'test/login.test.ts'))).toBe(false);
  });

  test('the claims tell whether it still works', () => {
    const key = 'kX83-nobody-guesses-2q';
    expect(jsonWebToken(matchOf(signed({ exp: hour }, key)))).toMatchObject({
      note: expect.stringContaining('valid'),
    });
    expect(jsonWebToken(matchOf(signed({ exp: 1 }, key)))).toMatchObject({ severity: 'low' });
    expect(jsonWebToken(matchOf(signed({ sub: 'ann' }, key)))).toMatchObject({ note: 'that never expires' });
    expect(jsonWebToken(matchOf(signed({ exp: hour }, key), 'a.test.ts'))).toMatchObject({
      confidence: 'high',
    });
    expect(jsonWebToken(matchOf(`${part({ typ: 'JWT' })}.${part({})}.x`))).toBe(false);
  });
});
