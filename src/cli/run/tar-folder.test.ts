import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { tarMembers } from '../../archive/unpack-tar.ts';
import { tarFolder } from './tar-folder.ts';

test('what is packed is what is unpacked: long and foreign names, empty and block-sized files, no links', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sentinelx-tar-'));
  const files: Record<string, string> = {
    'a.txt': 'hello',
    empty: '',
    block: 'x'.repeat(512),
    'ünï/文件.txt': 'text',
    [`${'long/'.repeat(30)}end.txt`]: 'deep',
    [`${'n'.repeat(99)}`]: 'ninety-nine',
    [`${'m'.repeat(101)}`]: 'one more than fits',
    'z/last': 'y'.repeat(100_000),
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  symlinkSync('/etc/passwd', join(folder, 'link'));
  const report = { files: 0, skipped: 0 };
  const found: Record<string, string> = {};
  for await (const member of tarMembers(Readable.from(tarFolder(folder, report)))) {
    if (!('content' in member)) continue;
    const pieces: Uint8Array[] = [];
    for await (const piece of member.content()) pieces.push(piece);
    found[member.name] = Buffer.concat(pieces).toString('utf8');
  }
  rmSync(folder, { recursive: true });
  expect(found).toEqual(files);
  expect(report).toEqual({ files: Object.keys(files).length, skipped: 1 });
});
