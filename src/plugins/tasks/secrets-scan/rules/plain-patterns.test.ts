import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

const PROGRAM = `
const { ALL_RULES } = await import(${JSON.stringify(new URL('./all-rules.ts', import.meta.url).href)});
const { foundIn } = await import(${JSON.stringify(new URL('./found-in.test-kit.ts', import.meta.url).href)});
const missed = ALL_RULES.flatMap(({ id, examples }) =>
  examples.hit.filter((example) => !foundIn(example, '').includes(id)).map((example) => [id, example]));
console.log(JSON.stringify(missed));
`;

// So V8 compiles them in a process that has made much code.
test('each rule finds its examples also where patterns are not optimised', () => {
  const args = ['--no-regexp-optimization', '--input-type=module', '-e', PROGRAM];
  expect(JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))).toEqual([]);
});
