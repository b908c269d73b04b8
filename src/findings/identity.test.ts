import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { covers } from './close.ts';
import { fingerprintsOf } from './identity.ts';
import { createMasker } from './masker.ts';

const key = Buffer.alloc(32, 7);
const base = {
  project: 'p',
  asset: 'a',
  task: 't',
  rule: 'r',
  at: { kind: 'file' as const, path: 'src/a.ts', region: { startLine: 3 } },
  key: ['secret'],
};
const hex = (value: Uint8Array | null) => (value === null ? null : Buffer.from(value).toString('hex'));

test('moved lines change only the exact fingerprint', () => {
  const before = fingerprintsOf(key, base);
  const after = fingerprintsOf(key, { ...base, at: { ...base.at, region: { startLine: 9 } } });
  expect(hex(after.exact)).not.toBe(hex(before.exact));
  expect(hex(after.moved)).toBe(hex(before.moved));
});

test('a renamed file keeps only the renamed fingerprint', () => {
  const before = fingerprintsOf(key, base);
  const after = fingerprintsOf(key, { ...base, at: { ...base.at, path: 'lib/b.ts' } });
  expect(hex(after.moved)).not.toBe(hex(before.moved));
  expect(hex(after.renamed)).toBe(hex(before.renamed));
});

test('another instance key gives other fingerprints', () => {
  expect(hex(fingerprintsOf(Buffer.alloc(32, 8), base).moved)).not.toBe(hex(fingerprintsOf(key, base).moved));
});

test('a tree covers what is below it but its exceptions, and never history', () => {
  const at = (path: string) => ({ kind: 'file' as const, path });
  const tree = { kind: 'tree' as const, path: '', except: ['big.bin', 'skipped'] };
  expect(covers(tree, at('src/a.ts'))).toBe(true);
  expect(covers(tree, at('big.bin'))).toBe(false);
  expect(covers(tree, at('skipped/deep/b.ts'))).toBe(false);
  expect(covers(tree, at('skipped-not/b.ts'))).toBe(true);
  expect(covers(tree, { ...at('src/a.ts'), commit: 'abc' })).toBe(false);
  expect(covers({ kind: 'history' }, { ...at('src/a.ts'), commit: 'abc' })).toBe(true);
  expect(
    covers({ kind: 'origin', url: 'https://example.org/a' }, { kind: 'http', url: 'https://example.org/b' }),
  ).toBe(true);
  expect(
    covers({ kind: 'origin', url: 'https://example.org/' }, { kind: 'http', url: 'https://example.com/b' }),
  ).toBe(false);
});

test('the masker hides every secret wherever it stands, the longest first', () => {
  const masker = createMasker();
  masker.add(['sekret-value-1234', 'sekret-value-1234-longer', 'short']);
  expect(masker.mask('a=sekret-value-1234-longer b=sekret-value-1234')).toBe(
    'a=sekr…[24 characters] b=sekr…[17 characters]',
  );
  expect(masker.mask('short stays')).toBe('short stays');
});

test('a fingerprint is the first half of HMAC-SHA256 over a JSON array', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 64 }),
      fc.string({ unit: 'binary' }),
      (bytes, text) => {
        const secret = Buffer.from(bytes);
        const parts = ['moved', 1, 'p', 'a', 't', 'r', 'src/a.ts', [text]];
        const expected = createHmac('sha256', secret)
          .update(JSON.stringify(parts))
          .digest('hex')
          .slice(0, 32);
        expect(hex(fingerprintsOf(secret, { ...base, key: [text] }).moved)).toBe(expected);
      },
    ),
  );
});
