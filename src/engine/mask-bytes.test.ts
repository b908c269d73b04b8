import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMasker } from '../findings/masker.ts';
import { maskBytes } from './mask-bytes.ts';

async function masked(bytes: Buffer, cuts: readonly number[], secrets: readonly string[]): Promise<Buffer> {
  const masker = createMasker();
  masker.add(secrets, '[hidden]');
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  async function* chunks() {
    for (const [index, edge] of edges.slice(0, -1).entries()) yield bytes.subarray(edge, edges[index + 1]);
  }
  const parts: Uint8Array[] = [];
  for await (const part of maskBytes(chunks(), masker)) parts.push(part);
  return Buffer.concat(parts);
}

test('however a stream is cut, the secrets in it are masked and nothing else is changed', async () => {
  const secrets = ['s€cret-one', 'secret-two-longer', 'secret'];
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(fc.constantFrom(...secrets, 'secr', 's€cre'), fc.uint8Array({ maxLength: 20 })), {
        maxLength: 8,
      }),
      fc.array(fc.nat(), { maxLength: 12 }),
      async (pieces, cuts) => {
        const bytes = Buffer.concat(pieces.map((piece) => Buffer.from(piece as string)));
        const whole = await masked(bytes, [], secrets);
        expect((await masked(bytes, cuts, secrets)).toString('hex')).toBe(whole.toString('hex'));
        for (const secret of secrets) expect(whole.includes(secret)).toBe(false);
      },
    ),
    { numRuns: 300 },
  );
});

test('without a secret the chunks pass as they are', async () => {
  const bytes = Buffer.from([0, 255, 128, 10, 13]);
  expect(await masked(bytes, [2, 3], [])).toEqual(bytes);
});
