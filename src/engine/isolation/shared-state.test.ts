import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

const MODULE = new URL('./shared-state.ts', import.meta.url).href;
// In a process of its own: what is closed here stays closed.
const PROGRAM = `
  import { closePrototypes } from ${JSON.stringify(MODULE)};
  import { SentinelError } from ${JSON.stringify(new URL('../../lib/errors.ts', import.meta.url).href)};
  closePrototypes();
  const merge = (to, from) => {
    for (const key of Reflect.ownKeys(from))
      if (typeof from[key] === 'object' && typeof to[key] === 'object') merge(to[key], from[key]);
      else Reflect.set(to, key, from[key]);
  };
  merge({}, JSON.parse('{"__proto__":{"admin":true},"constructor":{"leak":1,"prototype":{"role":"x"}}}'));
  merge([], JSON.parse('{"__proto__":{"more":1}}'));
  const error = new SentinelError('internal', 'x');
  error.name = 'Mine';
  console.log(JSON.stringify([({}).admin, ({}).role, Object.leak, [].more, error.name, { toString: 1 }]));
`;

test('what hostile input would add to a prototype is not there for the next run', () => {
  const text = execFileSync(process.execPath, ['--input-type=module', '-e', PROGRAM], { encoding: 'utf8' });
  expect(JSON.parse(text)).toEqual([null, null, null, null, 'Mine', { toString: 1 }]);
});
