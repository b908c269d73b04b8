import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { lineOf, placeOf } from '../findings/place.ts';
import { Reference } from '../model/finding.ts';
import { Location } from '../model/location.ts';
import { RuleText } from '../model/rule.ts';
import type { ImportedFinding } from './importer.ts';
import { IMPORTERS } from './importers.ts';
import { headOf, type Imported, importReport } from './test-kit.ts';

/** Formats that many tools write have their own tests. */
const FORMATS = new Set(['sarif', 'cyclonedx-vex']);
const HERE = fileURLToPath(new URL('.', import.meta.url));

const importers = new Map(
  await Promise.all(
    Object.entries(IMPORTERS).map(async ([id, load]) => [id, (await load()).default] as const),
  ),
);
const tools = [...importers].filter(([id]) => !FORMATS.has(id));
const fixtures = tools.flatMap(([id, importer]) =>
  readdirSync(join(HERE, id, 'fixtures'))
    .filter((name) => /\.(?:json|jsonl|xml|dat)$/.test(name))
    .map((name) => ({ id, importer, name, file: join(HERE, id, 'fixtures', name) })),
);

test('every tool has a folder of its id, and a fixture of which a page says where it comes from', () => {
  for (const [id, importer] of tools) {
    expect(importer.id).toBe(id);
    expect(fixtures.filter((fixture) => fixture.id === id).length, id).toBeGreaterThan(0);
    expect(readFileSync(join(HERE, id, 'fixtures', 'README.md'), 'utf8').length, id).toBeGreaterThan(100);
  }
});

describe.each(fixtures)('$id $name', ({ id, importer, file, name }) => {
  const bytes = readFileSync(file);
  const text = bytes.toString('utf8');
  const read = (given: string | Uint8Array) => importReport(importer, { text: given, name });

  test('is recognised by its importer, and by no other as surely', async () => {
    const head = await headOf({ file });
    const sure = importer.recognise(head);
    expect(sure).toBeGreaterThan(0.5);
    for (const [other, { recognise }] of importers)
      if (other !== id) expect(recognise(head), other).toBeLessThan(sure);
  });

  test('gives findings that can be stored and told apart, the same ones each time', async () => {
    const first = await read(bytes);
    expect(first.problems).toEqual([]);
    expect(first.findings.length).toBeGreaterThan(0);
    expectStorable(first);
    const prints = first.findings.map((finding) => `${printOf(finding).exact} ${columnOf(finding)}`);
    expect(new Set(prints).size).toBe(prints.length);
    const again = await read(bytes);
    expect(again.findings.map((finding) => printOf(finding))).toEqual(
      first.findings.map((finding) => printOf(finding)),
    );
  });

  test('is the same finding when lines have moved', async () => {
    if (!name.endsWith('.json') || text !== wrapped(text)) return;
    const before = await read(bytes);
    const after = await read(JSON.stringify(withMovedLines(JSON.parse(text))));
    expect(after.findings.map((one) => printOf(one).moved).sort()).toEqual(
      before.findings.map((one) => printOf(one).moved).sort(),
    );
  });

  test('that is cut off gives what comes before, a problem and no coverage', async () => {
    const whole = await read(bytes);
    const cut = await read(bytes.subarray(0, Math.floor(bytes.length * 0.7)));
    expect(cut.findings.length).toBeLessThanOrEqual(whole.findings.length);
    if (name.endsWith('.dat')) return;
    expect(cut.problems.length).toBeGreaterThan(0);
    expect(cut.covered).toEqual([]);
  });

  test('with hostile text in its fields gives findings with that text', async () => {
    const hostile = name.endsWith('.xml')
      ? hostileXml(text)
      : name.endsWith('.dat')
        ? text.replaceAll('|', '<img src=x onerror=alert(1)>\u001b[31m|')
        : withHostileText(text);
    const result = await read(hostile);
    expect(result.findings.length).toBeGreaterThan(0);
    expectStorable(result);
    expect(JSON.stringify(result.events)).toContain('onerror=alert(1)');
  });

  test('with elements of a wrong shape gives the others', async () => {
    if (!/\.jsonl?$/.test(name)) return;
    const whole = await read(bytes);
    let told = 0;
    for (const broken of withWrongElements(text)) {
      const result = await read(broken);
      if (result.problems.length > 0 && result.findings.length > 0) {
        told += 1;
        expect(result.covered).toEqual([]);
      }
    }
    if (whole.findings.length > 1) expect(told).toBeGreaterThan(0);
  });
});

function expectStorable({ findings, rules }: Imported): void {
  const announced = new Map(rules.map((rule) => [rule.id, RuleText.parse(rule.text)]));
  for (const finding of findings) {
    expect(announced.has(finding.rule), finding.rule).toBe(true);
    Location.parse(finding.at);
    for (const at of finding.related ?? []) Location.parse(at);
    for (const step of finding.flow ?? []) Location.parse(step.at);
    for (const reference of finding.about ?? []) Reference.parse(reference);
    expect(finding.message ?? 'x').not.toBe('');
    if (finding.excerpt) expect(finding.excerpt.firstLine).toBeGreaterThanOrEqual(1);
  }
  for (const { why, fix, title } of announced.values()) {
    expect(title.trim()).not.toBe('');
    expect(why.trim()).not.toBe('');
    expect(fix.trim()).not.toBe('');
  }
}

/** What the identity of a finding is made of. */
function printOf({ rule, at, key }: ImportedFinding) {
  return {
    exact: JSON.stringify([rule, placeOf(at), lineOf(at), key]),
    moved: JSON.stringify([rule, placeOf(at), key]),
  };
}

/** Linters say the same twice about one line; which of them it is does not matter. */
function columnOf({ at }: ImportedFinding): number {
  return 'region' in at ? (at.region?.startColumn ?? 0) : 0;
}

/** A document of one value; lines and values one behind the other are left as they are. */
function wrapped(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return '{}';
  }
}

const LINES = /^(?:line|end_?line|start_?line|line_?number|line_?no|line_range|file_line_range|lines)$/i;

function withMovedLines(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => withMovedLines(one, key));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withMovedLines(one, name)]));
  if (typeof value === 'string') {
    // Code with the numbers of its lines, and whole files.
    if (key === 'source') return `\n\n\n\n\n\n\n${value}`;
    return key === 'code' || (key === 'line' && /^\d/.test(value))
      ? value.replace(/^\d+/gm, (number) => String(Number(number) + 7))
      : value;
  }
  return typeof value === 'number' && LINES.test(key) ? value + 7 : value;
}

/** Words of a scale or kind stay: what is not one of the tool's words is read as 'not known'. */
function withHostileText(text: string): string {
  return text.replace(/(:\s*"(?:[^"\\]|\\.)*[^"\\\w](?:[^"\\]|\\.)*)(?=")/g, (whole) =>
    /^:\s*"(?:https?:|pkg:|\d+-\d+$|[\w.-]+$)/.test(whole)
      ? whole
      : `${whole}<img src=x onerror=alert(1)>\\u001b[31m\\u0000`,
  );
}

/** In text as entities, in CDATA as it is, and in the attributes that hold sentences. */
function hostileXml(text: string): string {
  return text
    .replace(/(>[^<>]{12,})(?=<\/)/g, '$1&lt;img src=x onerror=alert(1)&gt;')
    .replace(/(<!\[CDATA\[[^\]]{12,})(?=\]\]>)/g, '$1<img src=x onerror=alert(1)>')
    .replace(/( product="[^"]*)(?=")/g, '$1&lt;img src=x onerror=alert(1)&gt;');
}

/** The document with one list's first element as a number, for every list of objects; of lines, with a line that is one. */
function* withWrongElements(text: string): Generator<string> {
  if (text !== wrapped(text)) {
    yield `{"finding": {"osv": 3}, "osv": 42}\n${text}`;
    return;
  }
  const document: unknown = JSON.parse(text);
  const holders: (unknown[] | Record<string, unknown>)[] = [];
  const walk = (value: unknown, depth: number) => {
    if (typeof value !== 'object' || value === null || depth > 4) return;
    const parts = Object.values(value);
    if (parts.some((part) => typeof part === 'object' && part !== null)) holders.push(value as unknown[]);
    for (const part of parts) walk(part, depth + 1);
  };
  walk(document, 0);
  for (const holder of holders.slice(0, 40)) {
    const keyed = holder as Record<string, unknown>;
    const [first] = Object.keys(holder).filter(
      (key) => typeof keyed[key] === 'object' && keyed[key] !== null,
    );
    if (first === undefined) continue;
    const kept = keyed[first];
    keyed[first] = 42;
    yield JSON.stringify(document);
    keyed[first] = kept;
  }
}
