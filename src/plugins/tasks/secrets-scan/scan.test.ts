import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runTask } from '../../../plugin/test-kit.ts';
import secretsScan from './index.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'secrets-scan-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const SECRET = 'Zq9aa1wT4xLm8Kd2';

test('a secret is masked wherever the file repeats it', async () => {
  const filler = Array.from({ length: 60 }, (_, line) => `line_${line} = ${line}`).join('\n');
  writeFileSync(
    join(folder, 'a.py'),
    `db_password = "${SECRET}"\n${filler}\n# it was ${SECRET}\nmail_password = "Xw3bb7uR5vNk9Jf6"\n`,
  );
  const { findings } = await runTask(secretsScan, { target: folder });
  expect(findings.length).toBeGreaterThanOrEqual(2);
  for (const { secrets: _secrets, key: _key, ...shown } of findings)
    expect(JSON.stringify(shown)).not.toContain(SECRET);
});

test('a file with more secrets than are reported is not covered', async () => {
  const lines = Array.from(
    { length: 700 },
    (_, line) =>
      `password_${line} = "${Buffer.from(`${line * 7919}-${line}-pw`).toString('base64')}Zq9x${line}"`,
  );
  writeFileSync(join(folder, 'many.py'), lines.join('\n'));
  const { events } = await runTask(secretsScan, { target: folder });
  const covered = events.find((event) => event.type === 'covered');
  expect(events.some((event) => event.type === 'problem' && event.code === 'too-many-findings')).toBe(true);
  expect(JSON.stringify(covered)).toContain('many.py');
});

test('a rule that is switched off reports nothing', async () => {
  writeFileSync(join(folder, 'a.py'), `db_password = "${SECRET}"\n`);
  const { findings } = await runTask(secretsScan, {
    target: folder,
    params: { disable: ['generic-password'] },
  });
  expect(findings.map((finding) => finding.rule)).not.toContain('generic-password');
});
