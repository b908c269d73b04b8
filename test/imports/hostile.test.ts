import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { importEvents } from '../../src/importers/import-events.ts';
import type { ImportEvent } from '../../src/importers/importer.ts';
import { IMPORTERS } from '../../src/importers/importers.ts';
import { readHead } from '../../src/importers/read/report-head.ts';
import { Location } from '../../src/model/location.ts';
import { sarif } from './helper.ts';

/*
 * Whatever stands in a file, an importer answers with events of the right shape, in bounded time, and throws nothing. Documents are
 * valid ones of each family that are then cut, doubled, deepened, retyped and filled with what deceives readers.
 */

const RUNS = process.env.SENTINELX_TEST_LONG === '1' ? 400 : 25;
const NASTY = [
  '=cmd|calc',
  '\u001b[2J\u001b]0;x\u0007',
  '<script>alert(1)</script>',
  '../../../etc/passwd',
  'C:\\..\\x',
  '\u0000',
  '\ud800',
  '\u202eevil',
  '__proto__',
  'constructor',
  '%00%zz',
  'file://%',
  'pkg:',
  'pkg:npm/%',
  'a'.repeat(20_000),
  '',
  -1,
  0,
  1e308,
  null,
  true,
  [],
  {},
  [[[[]]]],
];

const SEEDS = [
  sarif([
    {
      rule: 'r',
      path: 'src/a.ts',
      more: { partialFingerprints: { a: '12345678' }, properties: { purl: 'pkg:npm/a@1' } },
    },
    { rule: 'CVE-2020-1234', path: 'b.ts', more: { suppressions: [{ kind: 'inSource' }] } },
  ]),
  JSON.stringify({
    bomFormat: 'CycloneDX',
    metadata: { component: { name: 'x' } },
    components: [{ 'bom-ref': 'a', purl: 'pkg:npm/a@1' }],
    vulnerabilities: [
      { id: 'CVE-2020-1', analysis: { state: 'exploitable' }, affects: [{ ref: 'a' }] },
      { id: 'X' },
    ],
  }),
  JSON.stringify({
    results: [{ check_id: 'a', path: 'b', start: { line: 1 }, extra: { severity: 'ERROR' } }],
    errors: [],
  }),
  '<?xml version="1.0"?><report><issue id="1"><name>x</name></issue><host><address addr="1"/></host></report>',
  'rule,file,line\na,b,1\n',
];

/** Somewhere in a value something else stands. */
function spoiled(value: unknown, spoil: { seed: number; nasty: unknown }): unknown {
  let left = spoil.seed % 40;
  const visit = (part: unknown): unknown => {
    left -= 1;
    if (left === 0) return spoil.nasty;
    if (Array.isArray(part)) return part.map(visit);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, one]) => [key, visit(one)]));
  };
  return visit(value);
}

const document = fc
  .record({
    seed: fc.constantFrom(...SEEDS),
    spoils: fc.array(fc.record({ seed: fc.nat(40), nasty: fc.constantFrom<unknown>(...NASTY) }), {
      maxLength: 4,
    }),
    cut: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    flip: fc.option(fc.nat(2_000)),
    wide: fc.boolean(),
  })
  .map(({ seed, spoils, cut, flip, wide }) => {
    let text = seed;
    if (seed.startsWith('{')) {
      let value: unknown = JSON.parse(seed);
      for (const spoil of spoils) value = spoiled(value, spoil);
      text = JSON.stringify(value) ?? '';
    } else for (const { nasty } of spoils) text += String(nasty);
    const bytes = Buffer.from(text, wide ? 'utf16le' : 'utf8');
    if (flip !== null && bytes.length > 0) bytes[flip % bytes.length] = flip % 256;
    return cut === null ? bytes : bytes.subarray(0, Math.floor(bytes.length * cut));
  });

test.each(Object.keys(IMPORTERS))('%s answers to whatever it is given', async (id) => {
  const importer = (await IMPORTERS[id]?.())?.default;
  if (!importer) throw new Error(`There is no importer ${id}.`);
  await fc.assert(
    fc.asyncProperty(
      document,
      fc.constantFrom('x.json', 'x.sarif', 'x.xml', 'x.csv', 'x'),
      async (bytes, name) => {
        const source = {
          name,
          async *bytes() {
            for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100);
          },
        };
        const sure = importer.recognise(
          await readHead(name, source.bytes()).catch(() => ({ text: '', name, format: 'text' as const })),
        );
        expect(sure).toBeGreaterThanOrEqual(0);
        expect(sure).toBeLessThanOrEqual(1);
        const announced = new Set<string>();
        let events = 0;
        const options = { signal: AbortSignal.timeout(10_000), log: () => undefined, mapping: null };
        for await (const event of importEvents(importer, source, options)) {
          events += 1;
          expectShape(event, announced);
        }
        expect(events).toBeLessThan(1_000);
      },
    ),
    { numRuns: RUNS },
  );
});

function expectShape(event: ImportEvent, announced: Set<string>): void {
  if (event.type === 'rule') announced.add(`${event.tool} ${event.id}`);
  if (event.type === 'problem') expect(event.message.length).toBeLessThan(2_000);
  if (event.type !== 'finding') return;
  expect(announced.has(`${event.tool} ${event.rule}`)).toBe(true);
  expect(Location.safeParse(event.at).error).toBeUndefined();
  if (event.at.kind === 'file') expect(event.at.path.split('/')).not.toContain('..');
  expect(event.rule.length).toBeLessThan(600);
  expect(event.message?.length ?? 0).toBeLessThan(11_000);
}
