import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { EFFECTS, LABELS } from './points.ts';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

test('the table of crash points and the code are the same', () => {
  const code = sources(SRC)
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const labels = [...code.matchAll(/\blabel: '([a-z]+\.[a-z]+)'/g)].map(([, label]) => label);
  expect([...new Set(labels)].sort()).toEqual([...LABELS].sort());
  const effects = [...code.matchAll(/\bcrashPoint\('([a-z.]+)'\)/g)].map(([, name]) => name);
  expect([...new Set(effects)].sort()).toEqual([...EFFECTS].sort());
});

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => join(folder, name));
}
