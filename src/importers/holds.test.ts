import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { IMPORTERS } from './importers.ts';
import sarif from './sarif/index.ts';
import { importReport } from './test-kit.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
/** Streams of values: each is looked at by itself. */
const STREAMS = new Set(['nuclei', 'trufflehog', 'govulncheck', 'lynis']);
const SARIF = {
  version: '2.1.0',
  runs: [{ tool: { driver: { name: 'Tool' } }, results: [{ ruleId: 'R', message: { text: 'x' } }] }],
};

const all = await Promise.all(
  Object.entries(IMPORTERS).map(async ([id, load]) => ({ id, importer: (await load()).default })),
);

function fixtureOf(id: string, extension: string): string | undefined {
  if (id === 'sarif') return extension === '.json' ? JSON.stringify(SARIF) : undefined;
  if (id === 'cyclonedx-vex')
    return extension === '.json' ? '{"bomFormat":"CycloneDX","vulnerabilities":[]}' : undefined;
  const folder = join(HERE, id, 'fixtures');
  const name = readdirSync(folder).find((one) => one.endsWith(extension));
  return name && readFileSync(join(folder, name), 'utf8');
}

/** The document with another value at the place, `undefined` for none. */
function withAt(text: string, place: string, value: unknown): string {
  if (place === '') return JSON.stringify(value);
  const document = JSON.parse(text) as Record<string, unknown>;
  const parts = place.split('.');
  const last = parts.pop() ?? '';
  let holder = document;
  for (const part of parts) holder = holder[part] as Record<string, unknown>;
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return JSON.stringify(document);
}

test('every importer of one document says where its results stand', () => {
  for (const { id, importer } of all) if (!STREAMS.has(id)) expect(importer.holds, id).toBeDefined();
});

const json = all.flatMap(({ id, importer }) => {
  const text = fixtureOf(id, '.json');
  const holders = importer.holds?.json ?? [];
  if (text === undefined || holders.length === 0) return [];
  const document: unknown = JSON.parse(text);
  const present = holders.filter(
    ({ at, is }) =>
      is !== 'anything' && (at === '' ? Array.isArray(document) : placeIn(document, at) !== undefined),
  );
  return present.map((holder) => ({ id, importer, text, holder, at: holder.at }));
});

function placeIn(value: unknown, place: string): unknown {
  return place
    .split('.')
    .reduce<unknown>((at, part) => (at as Record<string, unknown> | null)?.[part], value);
}

describe.each(json)('$id, results at "$at"', ({ importer, text, holder, at }) => {
  const wrong: unknown[] = ['x', 7, true, ...(holder.orNull ? [] : [null])];
  test.each(wrong)('with %j there it is told, and closes nothing', async (value) => {
    const { problems, covered } = await importReport(importer, { text: withAt(text, at, value) });
    expect(problems.map((one) => one.message).join()).toMatch(/stands here where/);
    expect(problems.some(({ message }) => message.includes(importer.title))).toBe(true);
    expect(covered).toEqual([]);
  });

  test('an empty one is fine', async () => {
    const empty = withAt(text, at, holder.is === 'list' ? [] : {});
    const { problems } = await importReport(importer, { text: empty });
    // Pages of SonarQube say how many there should be.
    expect(problems.filter(({ message }) => !/holds 0 of/.test(message))).toEqual([]);
  });
});

const demanding = all.filter(({ importer: { holds } }) => (holds?.json ?? []).length > 0);
test.each(demanding)(
  '$id: a document without any of its places is none of its reports',
  async ({ importer }) => {
    const scalars = ['"x"', '7', 'false', '{}', '{"other":[]}'];
    if (!(importer.holds?.json ?? []).some(({ at, orNull }) => at === '' && orNull)) scalars.push('null');
    for (const text of scalars) {
      const { problems, covered } = await importReport(importer, { text });
      expect(problems.length, text).toBeGreaterThan(0);
      expect(covered, text).toEqual([]);
    }
  },
);

test.each(all.filter(({ id }) => STREAMS.has(id)))(
  '$id: what is no message of it is told',
  async ({ importer, id }) => {
    for (const text of ['"x"', '7', 'null', '{}']) {
      const { problems, covered } = await importReport(importer, { text });
      expect(problems.length, `${id} ${text}`).toBeGreaterThan(0);
      expect(covered).toEqual([]);
    }
  },
);

test.each(all.filter(({ importer }) => importer.holds?.xml))(
  '$id: XML of something else is told',
  async ({ importer }) => {
    const { problems, covered } = await importReport(importer, { text: '<other><a/></other>' });
    expect(problems.map((one) => one.message).join()).toContain('outermost element');
    expect(covered).toEqual([]);
  },
);

test('SARIF: runs of another kind, without results and deep nesting', async () => {
  const read = (text: string) => importReport(sarif, { text });
  for (const runs of [
    '"x"',
    '{"a":1}',
    'null',
    '7',
    '["x"]',
    '[null]',
    '[[]]',
    '[{"results":"x"}]',
    '[{"results":{}}]',
  ]) {
    const { problems, covered } = await read(`{"version":"2.1.0","runs":${runs}}`);
    expect(problems.length, runs).toBe(1);
    expect(covered, runs).toEqual([]);
  }
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  expect((await read(deep)).problems).toHaveLength(1);
  expect((await read('[')).problems).toHaveLength(1);
  const twice = await read('{"version":"2.1.0","runs":[{"results":[]}],"runs":[]}');
  expect(twice.problems).toMatchObject([{ message: expect.stringContaining('stands twice') }]);
  expect(twice.covered).toEqual([]);
  const none = await read('{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"T"}}},{"results":null}]}');
  expect(none.problems).toEqual([]);
  expect(none.covered).toEqual([]);
  expect(none.events.filter(({ type }) => type === 'note')).toHaveLength(2);
  const empty = await read('{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"T"}},"results":[]}]}');
  expect(empty.problems).toEqual([]);
  expect(empty.covered).toHaveLength(1);
  expect((await read('{"version":"2.1.0","runs":[]}')).problems).toEqual([]);
});
