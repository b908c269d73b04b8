import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { toSummary } from '../store/findings.ts';
import { exactTest } from './exact-output.ts';
import { findingList } from './findings.ts';

const row = toSummary({
  id: 'fnd_1',
  project: 'prj_default',
  task: 'secrets-scan',
  rule: 'password',
  title: 'A password',
  severity: 'high',
  severity_rank: 1,
  confidence: 'high',
  status: 'open',
  location: JSON.stringify({ kind: 'file', path: 'a.ts', region: { startLine: 3, endLine: 4 } }),
  message: 'There is a password.',
  asset: 'ast_1',
  first_seen: 1,
  last_seen: 2,
  first_run: 'run_1',
  last_run: 'run_2',
  assignee: 'usr_1',
  snooze_until: 3,
  snooze_rank: null,
  hidden_by: null,
  merged_into: null,
  accept_until: null,
  own_severity: null,
  priority: 5,
  due: null,
  closed: null,
} as never);
const summary = { ...row, labels: ['later'], assigneeName: 'anna' };
const hidden = { suppressed: 1, snoozed: 2, merged: 3, any: 4 };

test('a page of findings as its handler makes it needs no copy', () => {
  const test = exactTest(findingList.output);
  expect(test?.({ items: [summary], nextCursor: null, hidden })).toBe(true);
});

test('what Zod would change or refuse is not exact', () => {
  const exact = exactTest(findingList.output);
  const page = (change: object) => ({ items: [{ ...summary, ...change }], nextCursor: null, hidden: null });
  expect(exact?.(page({}))).toBe(true);
  expect(exact?.(page({ password: 'x' })), 'a field too many').toBe(false);
  expect(exact?.(page({ severity: 'worst' }))).toBe(false);
  expect(exact?.(page({ firstSeen: 1.5 }))).toBe(false);
  expect(exact?.(page({ location: { kind: 'file', path: '' } }))).toBe(false);
  expect(exact?.(page({ location: { kind: 'file', path: 'a', secret: 1 } }))).toBe(false);
  expect(exact?.(page({ location: { kind: 'moon' } }))).toBe(false);
  expect(exact?.({ items: [], nextCursor: undefined })).toBe(false);
  const { message: _message, ...less } = summary;
  expect(exact?.({ items: [less], nextCursor: null })).toBe(false);
  expect(exactTest(z.object({ a: z.string().optional() }))?.(new Date())).toBe(false);
});

test('schemas that do more than describe are left to Zod', () => {
  const schemas = [
    z.string().trim(),
    z.email(),
    z.coerce.number(),
    z.string().default('x'),
    z.string().transform((text) => text.length),
    z.int().refine((value) => value > 3),
    z.int().max(3),
    z.array(z.string()).max(3),
    z.strictObject({ a: z.string() }),
    z.looseObject({ a: z.string() }),
    z.object({ a: z.string() }).refine(() => false),
    z.union([z.string(), z.int()]),
    z.record(z.string(), z.string()),
    z.unknown(),
  ];
  for (const schema of schemas) expect(exactTest(schema), schema.def.type).toBeUndefined();
});

test('exact means that Zod takes it and gives the same', () => {
  const schema = z.object({
    name: z.string().min(2),
    count: z.int().min(-1),
    kind: z.enum(['a', 'b']),
    none: z.boolean().nullable(),
    list: z.array(z.object({ x: z.int().optional(), y: z.string().nullable() })),
    at: z.discriminatedUnion('is', [
      z.object({ is: z.literal('one'), text: z.string() }),
      z.object({ is: z.literal('two'), more: z.string().optional() }),
    ]),
  });
  const exact = exactTest(schema);
  const odd = fc.constantFrom<unknown>(
    undefined,
    null,
    '',
    'a',
    'ab',
    'one',
    0,
    -1,
    -2,
    1.5,
    2 ** 60,
    true,
    [],
    {},
  );
  const field = (usual: fc.Arbitrary<unknown>) => fc.oneof({ weight: 12, arbitrary: usual }, odd);
  const record = (fields: Record<string, fc.Arbitrary<unknown>>) =>
    fc.record({ ...fields, extra: odd }, { requiredKeys: [] }).map((value) => {
      const { extra, ...rest } = value as Record<string, unknown>;
      return extra === undefined || extra === null ? rest : value;
    });
  const whole = (fields: Record<string, fc.Arbitrary<unknown>>) =>
    fc.oneof({ weight: 9, arbitrary: fc.record(fields) }, record(fields));
  const value = whole({
    name: field(fc.string({ minLength: 2 })),
    count: field(fc.integer({ min: -1 })),
    kind: field(fc.constantFrom('a', 'b')),
    none: field(fc.constantFrom(null, true)),
    list: field(fc.array(whole({ x: field(fc.integer()), y: field(fc.string()) }), { maxLength: 3 })),
    at: field(
      fc.oneof(
        whole({ is: fc.constant('one'), text: field(fc.string()) }),
        whole({ is: fc.constant('two'), more: field(fc.string()) }),
      ),
    ),
  });
  let yes = 0;
  fc.assert(
    fc.property(value, (input) => {
      if (!exact?.(input)) return;
      yes += 1;
      const parsed = schema.safeParse(input);
      expect(parsed.success).toBe(true);
      expect(JSON.stringify(parsed.data)).toBe(JSON.stringify(input));
    }),
    { numRuns: 5_000 },
  );
  expect(yes).toBeGreaterThan(100);
});
