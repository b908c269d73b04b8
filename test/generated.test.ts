import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { generated } from './generate.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

test('openapi.json and the reference are what the declarations say (else: npm run generate)', async () => {
  const stale = Object.entries(await generated()).filter(
    ([path, text]) => !existsSync(join(ROOT, path)) || readFileSync(join(ROOT, path), 'utf8') !== text,
  );
  expect(stale.map(([path]) => path)).toEqual([]);
});
