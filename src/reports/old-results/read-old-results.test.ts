import { expect, test } from 'vitest';
import { readJsonWithLines } from './json-with-lines.ts';
import { readText } from './read-old-results.ts';

const read = (text: string) => readText(Buffer.from(text));

test('results and step_results become sections with their findings', () => {
  const steps = read(
    '{"step_results":{"scan":{"status":"completed","findings":[{"title":"A","severity":"HIGH","file":"a.py","line":3}]},"none":{"status":"skipped"}}}',
  );
  expect(steps.sections.map(({ name, status, findings }) => [name, status, findings])).toEqual([
    ['scan', 'completed', 1],
    ['none', 'skipped', 0],
  ]);
  expect(steps.found[0]?.finding).toMatchObject({
    severity: 'high',
    location: { kind: 'file', path: 'a.py', region: { startLine: 3 } },
  });
  const tasks = read(
    '{"results":[{"module":"web","success":true,"result":{"vulnerabilities":[{"type":"XSS","risk":"moderate","url":"https://a.example/x"}]}}]}',
  );
  expect(tasks.sections).toMatchObject([{ name: 'web', status: 'done', findings: 1 }]);
  expect(tasks.found[0]?.finding).toMatchObject({ severity: 'medium', location: { kind: 'http' } });
  const flat = read('{"results":[{"title":"B","severity":"Severity.CRITICAL"},{"title":"C","cvss":"4.1"}]}');
  expect(flat.found.map(({ finding }) => finding.severity)).toEqual(['critical', 'medium']);
});

test('what cannot be read is named by its line, the rest is there', () => {
  const { found, problems } = read(
    '{"results": [\n{"name": "scan", "findings": [\n{"title": "A", "severity": "purple"},\n{"x": 1},\n{"title": "B", "severity": "low"}\n], "error": "timed out"},\n7\n]}',
  );
  expect(found.map(({ finding }) => [finding.title, finding.severity])).toEqual([
    ['A', 'info'],
    ['B', 'low'],
  ]);
  expect(problems).toEqual([
    "line 3: scan: the severity 'purple' is not known; it counts as info.",
    'line 4: scan: an entry of "findings" says neither what it is nor how bad.',
    'line 2: scan had failed: timed out',
    'result 2: a result is an object, this is not.',
  ]);
});

test('a file that was cut gives what stands before the cut', () => {
  const { found, problems } = read(
    '{"results": [{"name": "scan", "findings": [{"title": "A", "severity": "high"},\n{"title": "B", "sev',
  );
  expect(found.map(({ finding }) => finding.title)).toContain('A');
  expect(problems.at(-1)).toMatch(/^line 2: .*What stands before it was read/);
});

test('what is no results file is refused, with where it broke', () => {
  expect(() => read('{"a": 1}')).toThrow(/neither "results" nor "step_results"/);
  expect(() => read('{"results": 5}')).toThrow(/"results" is a number, and not a list or an object/);
  expect(() => read('{"step_results": "x"}')).toThrow(/"step_results" is a text/);
  expect(() => read('{"results": null}')).toThrow(/"results" is null/);
  expect(() => read('7')).toThrow(/it is a number, and not an object/);
  expect(() => read('hello')).toThrow(/line 1/);
  expect(() => readText(Buffer.from([0xff, 0xfe, 0x00]))).toThrow();
  expect(() => readText(Buffer.from([0x80, 0x81]))).toThrow(/UTF-8/);
});

test('deep, odd and Pythonic JSON', () => {
  expect(readJsonWithLines('['.repeat(5000)).broken?.message).toMatch(/deeper than 100/);
  expect(readJsonWithLines('{"__proto__": {"polluted": 1}, "a": NaN}').value).toMatchObject({ a: null });
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
  expect(readJsonWithLines('[1, "\\u00e9\\n", true, null, -2.5e3]').value).toEqual([
    1,
    'é\n',
    true,
    null,
    -2500,
  ]);
});
