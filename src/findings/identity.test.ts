import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { covers } from './covers.ts';
import { identityOf } from './identity.ts';
import { fingerprintsV1 } from './identity-v1.ts';
import { keyedHash } from './keyed-hash.ts';
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
const { moved, renamed, aliases, tool, weaknesses } = identityOf(key);
const one = (prints: readonly { value: string }[]) => prints.map(({ value }) => value).join();

test('moved lines change no fingerprint', () => {
  const after = { ...base, at: { ...base.at, region: { startLine: 9 } } };
  expect(moved(after)).toEqual(moved(base));
});

test('a renamed file keeps only the renamed fingerprint', () => {
  const after = { ...base, at: { ...base.at, path: 'lib/b.ts' } };
  expect(moved(after).value).not.toBe(moved(base).value);
  expect(renamed(after)).toEqual(renamed(base));
});

test('another version of a package is the same place, another package or manifest is not', () => {
  const at = (purl: string, manifest = 'package-lock.json') =>
    moved({ ...base, at: { kind: 'package', purl, manifest } }).value;
  expect(at('pkg:npm/a@2.0.0')).toBe(at('pkg:npm/a@1.0.0'));
  expect(at('pkg:npm/%40scope/a@2.0.0')).toBe(at('pkg:npm/%40scope/a@1.0.0'));
  expect(at('pkg:npm/@scope/a')).not.toBe(at('pkg:npm/@scope/b'));
  expect(at('pkg:deb/debian/a@1?arch=amd64')).not.toBe(at('pkg:deb/debian/a@1?arch=arm64'));
  expect(at('pkg:npm/a@1.0.0', 'web/package-lock.json')).not.toBe(at('pkg:npm/a@1.0.0'));
});

test('every part of a finding counts, and the key of the instance', () => {
  const others = [
    { ...base, project: 'q' },
    { ...base, asset: 'b' },
    { ...base, task: 'u' },
    { ...base, rule: 's' },
    { ...base, key: ['other'] },
    { ...base, key: ['secret', ''] },
  ];
  const values = [base, ...others].map((input) => moved(input).value);
  expect(new Set([...values, identityOf(Buffer.alloc(32, 8)).moved(base).value]).size).toBe(8);
});

test('an alias is the same for every tool, rule and version; CVE and GHSA are two', () => {
  const at = { kind: 'package' as const, purl: 'pkg:npm/a@1.0.0', manifest: 'x' };
  const cve = { kind: 'cve' as const, value: 'CVE-2024-1' };
  const ghsa = { kind: 'ghsa' as const, value: 'GHSA-xxxx' };
  const first = aliases({ ...base, at }, [cve, { kind: 'cwe', value: '79' }, ghsa]);
  const second = aliases({ ...base, at: { ...at, purl: 'pkg:npm/a@2.0.0' }, task: 'u', rule: 's' }, [
    { ...cve, value: 'cve-2024-1' },
  ]);
  expect(first).toHaveLength(2);
  expect(second).toEqual([first[0]]);
  expect(aliases(base, [cve])).toEqual([]);
});

test('what a tool gives is its own', () => {
  const given = [{ name: 'primaryLocationLineHash', value: 'abc:1' }];
  expect(tool(base, given)).toEqual(tool({ ...base, at: { kind: 'file', path: 'other' } }, given));
  expect(one(tool({ ...base, task: 'u' }, given))).not.toBe(one(tool(base, given)));
  expect(one(tool({ ...base, rule: 's' }, given))).not.toBe(one(tool(base, given)));
});

test('a weakness at a place is the same for every tool', () => {
  expect(weaknesses({ ...base, task: 'u', rule: 's', key: [] }, [79])).toEqual(weaknesses(base, [79]));
  expect(one(weaknesses(base, [80]))).not.toBe(one(weaknesses(base, [79])));
});

test('what is near lies near: the first bytes are those of tool, folder and file', () => {
  const at = (path: string) => moved({ ...base, at: { kind: 'file', path } }).value;
  expect(at('src/x/a.ts').slice(0, 8)).toBe(at('src/x/b.ts').slice(0, 8));
  expect(at('src/x/a.ts').slice(0, 4)).toBe(at('lib/c.ts').slice(0, 4));
  expect(at('src/x/a.ts').slice(0, 12)).toBe(
    moved({ ...base, rule: 's', at: { kind: 'file', path: 'src/x/a.ts' } }).value.slice(0, 12),
  );
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

test('the keyed hash is HMAC-SHA256, however long text and key are', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 64 }),
      fc.array(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string({ unit: 'binary', minLength: 1_000, maxLength: 5_000 }),
        ),
        {
          minLength: 1,
          maxLength: 4,
        },
      ),
      (bytes, texts) => {
        const secret = Buffer.from(bytes);
        const keyed = keyedHash(secret);
        for (const text of texts)
          expect(keyed(text)).toBe(createHmac('sha256', secret).update(text).digest('hex'));
      },
    ),
    { numRuns: 60 },
  );
});

test('version 1 of the fingerprints is what it was', () => {
  const keyed = keyedHash(key);
  const expected = (kind: string, ...parts: unknown[]) => ({
    kind,
    value: createHmac('sha256', key)
      .update(JSON.stringify([kind, 1, 'p', 'a', 't', 'r', ...parts, ['secret']]))
      .digest('hex')
      .slice(0, 32),
  });
  expect(fingerprintsV1(keyed, base)).toEqual([
    expected('exact', 'src/a.ts', 3),
    expected('moved', 'src/a.ts'),
    expected('renamed'),
  ]);
});
