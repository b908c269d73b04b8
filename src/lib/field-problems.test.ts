import { expect, test } from 'vitest';
import * as z from 'zod';
import { fieldProblems } from './field-problems.ts';

const Schema = z.strictObject({
  path: z
    .string()
    .min(1)
    .meta({ examples: ['.'] }),
  depth: z.int().min(1).max(9).default(3),
  mode: z.enum(['fast', 'full']).optional(),
  many: z.array(z.int()).optional(),
  limits: z.strictObject({ memoryMb: z.int().optional() }).optional(),
  key: z
    .string()
    .regex(/^secret:/, 'expects secret:NAME')
    .meta({ secret: true })
    .optional(),
  either: z.union([z.boolean(), z.enum(['auto'])]).optional(),
  shape: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('a'), x: z.int() }),
      z.strictObject({ kind: z.literal('b') }),
    ])
    .optional(),
  custom: z.string({ error: 'expects a colour' }).optional(),
});

function problems(input: unknown): string[] {
  const result = Schema.safeParse(input);
  if (result.success) return [];
  return fieldProblems(Schema, input, result.error.issues).map(
    ({ field, message, example }) => `${field}: ${message}${example === undefined ? '' : ` (${example})`}`,
  );
}

const CASES: [input: unknown, ...expected: string[]][] = [
  [{}, 'path: expects text and is missing (.)'],
  [{ path: 5 }, 'path: expects text, not 5 (.)'],
  [{ path: '' }, "path: expects at least 1 character, not '' (.)"],
  [{ path: '.', depth: 2.5 }, 'depth: expects a whole number, not 2.5'],
  [{ path: '.', depth: 'x' }, "depth: expects a whole number, not 'x'"],
  [{ path: '.', depth: 10 }, 'depth: expects at most 9, not 10'],
  [{ path: '.', mode: 'slow' }, "mode: expects one of fast, full, not 'slow'"],
  [{ path: '.', many: [1, 'x'] }, "many.1: expects a whole number, not 'x'"],
  [
    { path: '.', limits: { memroyMb: 1 } },
    'limits.memroyMb: is not a parameter; did you mean limits.memoryMb?',
  ],
  [{ path: '.', memoryMb: 1 }, 'memoryMb: is not a parameter; did you mean limits.memoryMb?'],
  [{ path: '.', key: 'hunter2' }, 'key: expects secret:NAME'],
  [{ path: '.', either: 'x' }, "either: expects true or false or auto, not 'x'"],
  [{ path: '.', shape: { kind: 'c' } }, "shape.kind: expects one of a, b, not 'c'"],
  [{ path: '.', shape: { kind: 'a', x: 'y' } }, "shape.x: expects a whole number, not 'y'"],
  [{ path: '.', custom: 1 }, 'custom: expects a colour, not 1'],
  [{ pth: '.' }, 'pth: is not a parameter; did you mean path?', 'path: expects text and is missing (.)'],
  [
    { path: '.', zzzzzz: 1 },
    'zzzzzz: is not a parameter; there are: path, depth, mode, many, limits, key, either, shape, custom',
  ],
  ['text', "(all): expects an object, not 'text'"],
];

test.each(CASES)('%j', (input, ...expected) => {
  expect(problems(input)).toEqual(expected);
});
