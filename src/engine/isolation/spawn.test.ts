import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { nodeArguments } from './spawn.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

test.each([ROOT, `${ROOT}/src/engine`, '/usr'])(
  'a run may read its target, whatever of ours stands in it: %s',
  (target) => {
    const args = nodeArguments({ needs: ['read'], target, memoryMb: 256 });
    const ask = `console.log(process.permission.has('fs.read', ${JSON.stringify(target)}), process.permission.has('fs.read', '/root'))`;
    expect(execFileSync(process.execPath, [...args, '-e', ask], { encoding: 'utf8' }).trim()).toBe(
      'true false',
    );
  },
);
