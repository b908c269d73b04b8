import { expect, test } from 'vitest';
import { severityOfVector } from './cvss.ts';
import { linesOf, numberedExcerpt } from './excerpt.ts';
import { secretLiterals } from './literals.ts';
import { hostOf, regionOf, sourcePath } from './place.ts';
import { purlOf } from './purl.ts';
import { cweNumbers, referencesTo, webLinks } from './references.ts';
import { titleOfId } from './rule-title.ts';
import { confidenceFrom, severityFrom } from './severity.ts';
import { firstSentence, oneLine, withoutTags } from './text.ts';

test('package URLs of what tools call ecosystems', () => {
  expect(purlOf('npm', '@scope/name', '1.0.0')).toBe('pkg:npm/%40scope/name@1.0.0');
  expect(purlOf('Maven', 'org.example:lib', '1.0')).toBe('pkg:maven/org.example/lib@1.0');
  expect(purlOf('PyPI', 'Py_YAML', '5.3')).toBe('pkg:pypi/py-yaml@5.3');
  expect(purlOf('Go', 'golang.org/x/text', 'v0.3.5')).toBe('pkg:golang/golang.org/x/text@v0.3.5');
  expect(purlOf('Debian:12', 'libc6', '2.36-9+deb12u3')).toBe('pkg:generic/libc6@2.36-9+deb12u3');
  expect(purlOf('constructor', 'x')).toBe('pkg:generic/x');
  expect(purlOf('npm', '', '1\ud800')).toBe('pkg:npm/unknown@1%EF%BF%BD');
});

test('weaknesses in any spelling, and no weakness', () => {
  expect(cweNumbers('CWE-79: Cross-site Scripting', ['cwe-20', 'CWE_79'], 22, '89', '-1', 0, null)).toEqual([
    79, 20, 22, 89,
  ]);
});

test('numbers that mean the same everywhere become references', () => {
  const references = referencesTo(
    ['cve-2021-1234', 'ghsa-PPP9-7jff-5vj2', 'PYSEC-1', null, 'CVE-2021-1234'],
    {
      purl: 'pkg:npm/a',
      cwe: [79],
    },
  );
  expect(references.map(({ kind, value }) => `${kind} ${value}`)).toEqual([
    'cve CVE-2021-1234',
    'ghsa GHSA-ppp9-7jff-5vj2',
    'purl pkg:npm/a',
    'cwe 79',
  ]);
});

test('only addresses of the web are links', () => {
  expect(
    webLinks('javascript:alert(1)', ['https://a.example/ http://b.example/'], 'https://a.example/'),
  ).toEqual(['https://a.example/', 'http://b.example/']);
});

test('a path stays absolute when it is: the import cuts its root', () => {
  expect(sourcePath('./src//a.ts')).toBe('src/a.ts');
  expect(sourcePath('/builds/team/shop/src/../a.ts')).toBe('/builds/team/shop/a.ts');
  expect(sourcePath('C:\\build\\a.ts')).toBe('/build/a.ts');
  expect(sourcePath('file:///build/a%20b.ts')).toBe('/build/a b.ts');
  expect(sourcePath('/')).toBe('unknown');
});

test('lines and columns that are none are left out', () => {
  expect(regionOf(0)).toBeUndefined();
  expect(regionOf(Number.NaN)).toBeUndefined();
  expect(regionOf(5, 0, 3, -1)).toEqual({ startLine: 5 });
  expect(regionOf(5, 2, 6, 9)).toEqual({ startLine: 5, startColumn: 2, endLine: 6, endColumn: 9 });
});

test('hosts of addresses with and without scheme', () => {
  expect(hostOf('https://a.example/x')).toEqual({ name: 'a.example', port: 443 });
  expect(hostOf('10.0.0.1:8080')).toEqual({ name: '10.0.0.1', port: 8080 });
  expect(hostOf('tcp://[::1]:22')).toEqual({ name: '::1', port: 22 });
  expect(hostOf('not an address')).toBeUndefined();
});

test('code with the numbers of its lines', () => {
  const excerpt = numberedExcerpt('9: a\n10:   b\n11: c\n14: d\n');
  expect(excerpt).toEqual({ firstLine: 9, lines: ['a', '  b', 'c'] });
  expect(linesOf(excerpt, 10)).toBe('  b');
  expect(linesOf(excerpt, 10, 11)).toBe('  b\nc');
  expect(numberedExcerpt('no numbers')).toBeUndefined();
});

test('texts in quotes are secrets only for rules about secrets', () => {
  expect(secretLiterals('G101 hardcoded credentials', 'const pw = "hunter2-hunter2"')).toEqual([
    'hunter2-hunter2',
  ]);
  expect(secretLiterals('sql-injection', 'const pw = "hunter2-hunter2"')).toEqual([]);
});

test('severities of words, then of scores; unknown is not none', () => {
  expect(severityFrom('HIGH', 'medium')).toBe('high');
  expect(severityFrom('UNKNOWN', 'medium', 9.1)).toBe('critical');
  expect(severityFrom('unheard of', 'medium')).toBe('medium');
  expect(severityFrom(undefined, 'low', 0)).toBe('low');
  expect(confidenceFrom('Tentative')).toBe('low');
  expect(confidenceFrom('toString')).toBeUndefined();
});

test('severities of vectors, and of what is none', () => {
  expect(severityOfVector('CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H')).toBe('critical');
  expect(severityOfVector('CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N')).toBe('high');
  for (const none of [null, '', 'CVSS:3.1/AV:N', '<b>']) expect(severityOfVector(none)).toBeUndefined();
});

test('texts for one line', () => {
  expect(titleOfId('python.lang.unsafe_unpickling')).toBe('Unsafe unpickling');
  expect(firstSentence('One thing. Another.')).toBe('One thing');
  expect(oneLine(`a\n\n b ${'x'.repeat(400)}`, 10)).toBe('a b xxxxx…');
  expect(withoutTags('<p>One &amp; two</p><p>1 &lt; 2</p>')).toBe('One & two\n1 < 2');
});
