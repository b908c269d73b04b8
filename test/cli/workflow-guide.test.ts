import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { Home } from './helper.ts';

const GUIDE = readFileSync(fileURLToPath(new URL('../../docs/guides/workflows.md', import.meta.url)), 'utf8');
const home = new Home();
afterAll(() => home.remove());

/** Files and commands of the guide, in its order: a file is named in the line before its block. */
const BLOCKS = [...GUIDE.matchAll(/(?:^`([\w-]+\.yaml)`[^\n]*\n\n)?^```(yaml|sh)\n(.*?)^```$/gms)].map(
  ([, file, kind, text]) => ({ file, kind, text: text ?? '' }),
);

test('the guide has files and commands', () => {
  expect(BLOCKS.filter(({ kind }) => kind === 'yaml').every(({ file }) => file !== undefined)).toBe(true);
  expect(BLOCKS.length).toBeGreaterThan(8);
});

test('every example of the guide does what it says', { timeout: 400_000 }, async () => {
  for (const { file, text } of BLOCKS) {
    if (file !== undefined) {
      home.write(file, text);
      continue;
    }
    for (const line of text.trim().split('\n')) {
      const [, command = '', exit = '0'] = /^sentinelx (.*?)(?: # exit (\d+))?$/.exec(line) ?? [];
      const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(
        ([, quoted, plain]) => quoted ?? plain ?? '',
      );
      const { code, out, err } = await home.run(words);
      expect(code, `${line}\n${out}\n${err}`).toBe(Number(exit));
    }
  }
  const report = JSON.parse(readFileSync(`${home.path}/audit.json`, 'utf8'));
  expect(Object.keys(report)).toEqual(['run', 'findings']);
  expect(report.run.outputs.found).toBe(report.findings.length);
  expect(readFileSync(`${home.path}/copy.yaml`, 'utf8')).toBe(
    readFileSync(`${home.path}/audit.yaml`, 'utf8'),
  );
});
