import { expect, it } from 'vitest';
import { exactName, termsOf, valuesOf, vulnerabilityIn, withoutKey, withValues } from './query-text.ts';

it('keeps what it does not touch, and the place of what it changes', () => {
  const q = 'severity:high,critical -status:fixed path:"a b" words "two words"';
  expect(valuesOf(q, 'severity')).toEqual(['high', 'critical']);
  expect(valuesOf(q, 'status')).toEqual([]);
  expect(valuesOf(q, 'status', true)).toEqual(['fixed']);
  expect(valuesOf(q, 'path')).toEqual(['a b']);
  expect(withValues(q, 'severity', ['low'])).toBe('severity:low -status:fixed path:"a b" words "two words"');
  expect(withValues(q, 'label', ['to do', 'x'])).toBe(
    'severity:high,critical -status:fixed path:"a b" label:"to do",x words "two words"',
  );
  expect(withoutKey(q, 'status')).toBe('severity:high,critical path:"a b" words "two words"');
});

it.each(['', 'a', '-a', 'severity:>=high first-seen:>7d', 'path:"x', 'rule:a:b', 'http://x'])(
  'takes %j as it is',
  (q) => {
    expect(withoutKey(q, 'nothing')).toBe(q);
  },
);

it('sees a key that has no value yet', () => {
  expect(termsOf('severity:high status:')).toMatchObject([{ key: 'severity' }, { key: 'status', text: '' }]);
});

it('quotes what has spaces, commas or quotes, and reads it back', () => {
  for (const value of ['a b', 'a,b', 'say "x"', 'back\\slash', 'plain'])
    expect(valuesOf(withValues('', 'label', [value]), 'label')).toEqual([value]);
});

it.each([
  ['cve:CVE-2021-44228', 'CVE-2021-44228'],
  ['cve:CVE-2021-44228 show:hidden', 'CVE-2021-44228'],
  ['"CVE-2021-44228"', 'CVE-2021-44228'],
  ['ghsa:GHSA-jfh8-c2jp-5v3q', 'GHSA-jfh8-c2jp-5v3q'],
  ['cve:CVE-2021-44228 is:open', undefined],
  ['-cve:CVE-2021-44228', undefined],
  ['cve:CVE-2021-44228,CVE-2021-45046', undefined],
  ['rule:CVE-2021-44228', undefined],
  ['', undefined],
])('the vulnerability in %j is %j', (query, id) => {
  expect(vulnerabilityIn(query)).toBe(id);
});

it('asks for an asset of a name with a star, and not for all that fit it', () => {
  expect(withValues('', 'asset', [exactName('s1')])).toBe('asset:s1');
  expect(withValues('', 'asset', [exactName('a*b')])).toBe('asset:a\\*b');
  expect(valuesOf(withValues('', 'asset', [exactName('a *')]), 'asset')).toEqual(['a \\*']);
});
