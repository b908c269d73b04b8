import { expect, test } from 'vitest';
import * as z from 'zod';
import { OPERATIONS } from './all.ts';
import type { AnyOperation } from './operation.ts';

const bodies = (OPERATIONS as readonly AnyOperation[]).filter(
  ({ body, upload, openBody }) => !upload && openBody === undefined && body.def.type !== 'unknown',
);

test('no body takes a key that it does not name, unless its operation says why', () => {
  expect(bodies.length).toBeGreaterThan(60);
  const open = bodies.filter(({ body }) => {
    const { error } = body.safeParse({ keyOfNobody: true });
    return !error?.issues.some((issue: z.core.$ZodIssue) => issue.code === 'unrecognized_keys');
  });
  expect(open.map(({ id }) => id)).toEqual([]);
});

test('the description says so', () => {
  const open = bodies.filter(
    ({ body }) =>
      z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' }).additionalProperties !== false,
  );
  expect(open.map(({ id }) => id)).toEqual([]);
});
