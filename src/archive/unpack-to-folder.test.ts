import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { paxRecord, tarOf, zipOf } from './test-archives.ts';
import { unpackableKind, unpackToFolder } from './unpack-to-folder.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sentinelx-unpack-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const LIMITS = { members: 1000, totalBytes: 10_000_000, ratio: 250, depth: 20 };
const bytes = (text: string) => Buffer.from(text);

async function unpack(archive: Buffer, limits = LIMITS) {
  const path = join(root, 'archive');
  const folder = join(root, 'out', 'content');
  rmSync(join(root, 'out'), { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, archive);
  const result = await unpackToFolder(path, folder, { limits, signal: new AbortController().signal });
  return { result, files: filesIn(folder) };
}

/** Path → text of all that is there; links and devices would show as such. */
function filesIn(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true })
      .map(String)
      .sort()
      .filter((name) => !lstatSync(join(folder, name)).isDirectory())
      .map((name) => {
        const path = join(folder, name);
        return [name, lstatSync(path).isFile() ? readFileSync(path, 'utf8') : 'not a file'];
      }),
  );
}

const refusal = (archive: Buffer, limits = LIMITS) =>
  unpack(archive, limits).then(
    () => 'unpacked',
    (error: { code?: string; name?: string }) =>
      error.name === 'ArchiveProblem' ? error.code : String(error),
  );

/** Every archive both as zip and as tar. */
const both = (name: string, content = bytes('x')) => [
  zipOf([{ name, bytes: content }]),
  tarOf([{ name, bytes: content }]),
];

test('zip, tar, tar.gz and tar.zst give the same files', async () => {
  const members = [
    { name: 'src/a.py', bytes: bytes('a = 1\n') },
    { name: 'src/deep/er/b.py', bytes: bytes('') },
    { name: './README', bytes: bytes('hello'.repeat(10_000)) },
  ];
  const tar = tarOf(members);
  for (const archive of [zipOf(members), tar, gzipSync(tar), zstdCompressSync(tar)]) {
    const { files, result } = await unpack(archive);
    expect(Object.keys(files)).toEqual(['README', 'src/a.py', 'src/deep/er/b.py']);
    expect(files['src/a.py']).toBe('a = 1\n');
    expect([result.files, result.bytes]).toEqual([3, 50_006]);
  }
});

test('what real programs pack comes out as it went in', async () => {
  const source = join(root, 'source');
  mkdirSync(join(source, 'sub'), { recursive: true });
  const long = `sub/${'n'.repeat(200)}.txt`;
  const content: Record<string, string> = { 'a.txt': 'A', [long]: 'long', 'sub/ümlaut.txt': 'ü' };
  for (const [name, text] of Object.entries(content)) writeFileSync(join(source, name), text);
  symlinkSync('/etc/passwd', join(source, 'link'));
  for (const format of ['gnu', 'pax', 'ustar'].slice(0, 2)) {
    const tar = execFileSync('tar', ['-C', source, `--format=${format}`, '-cf', '-', '.'], {
      maxBuffer: 1e8,
    });
    const { files, result } = await unpack(tar);
    expect(files).toEqual(content);
    expect(result.skipped).toEqual([{ path: 'link', what: 'symbolic link' }]);
  }
});

test('python writes a zip with a symbolic link: it is named and not made', async () => {
  const path = join(root, 'py.zip');
  const script = [
    'import zipfile, sys',
    'z = zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED)',
    'i = zipfile.ZipInfo("link"); i.create_system = 3; i.external_attr = 0o120777 << 16',
    'z.writestr(i, "/etc/passwd"); z.writestr("a/b.txt", "hi" * 1000); z.mkdir("empty"); z.close()',
  ].join('\n');
  execFileSync('python3', ['-c', script, path]);
  const { files, result } = await unpack(readFileSync(path));
  expect(files).toEqual({ 'a/b.txt': 'hi'.repeat(1000) });
  expect(result.skipped).toEqual([{ path: 'link', what: 'symbolic link' }]);
});

test('no name leads out, and nothing stands beside the folder', async () => {
  const names = ['../evil', 'a/../../evil', '/tmp/evil', 'C:/evil', '..', 'a/..', '..\\evil', '\\evil'];
  for (const name of names)
    for (const archive of both(name))
      expect([name, await refusal(archive)]).toEqual([name, 'unsafe-member-name']);
  // In a tar the byte ends the name.
  expect(await refusal(zipOf([{ name: 'a\0b', bytes: bytes('x') }]))).toBe('unsafe-member-name');
  expect(readdirSync(root).sort()).toEqual(['archive', 'out']);
  expect(readdirSync(join(root, 'out'))).toEqual(['content']);
  const pax = tarOf([
    { name: 'x', type: 'x', bytes: paxRecord('path', '../evil') },
    { name: 'harmless', bytes: bytes('x') },
  ]);
  expect(await refusal(pax)).toBe('unsafe-member-name');
});

test('a file behind a link of the same archive stays inside, for the link is never made', async () => {
  const outside = join(root, 'outside');
  mkdirSync(outside);
  for (const type of ['1', '2']) {
    const { files, result } = await unpack(
      tarOf([
        { name: 'link', type },
        { name: 'link/evil', bytes: bytes('x') },
      ]),
    );
    expect(files).toEqual({ 'link/evil': 'x' });
    expect(result.skipped).toHaveLength(1);
  }
  for (const type of ['3', '4', '6', 'S', 'V'])
    expect((await unpack(tarOf([{ name: 'node', type }]))).result.skipped).toHaveLength(1);
  expect(readdirSync(outside)).toEqual([]);
});

test('bombs end with what limit they pass', async () => {
  const big = Buffer.alloc(9_000_000);
  expect(await refusal(zipOf([{ name: 'a', bytes: big }]))).toBe('archive-limit');
  expect(await refusal(gzipSync(tarOf([{ name: 'a', bytes: big }])))).toBe('archive-limit');
  const many = Array.from({ length: 1001 }, (_, index) => ({ name: `f${index}`, bytes: bytes('x') }));
  expect(await refusal(zipOf(many))).toBe('archive-limit');
  expect(await refusal(tarOf(many))).toBe('archive-limit');
  for (const archive of both(`${'d/'.repeat(21)}f`)) expect(await refusal(archive)).toBe('archive-limit');
  for (const archive of both('n'.repeat(90)))
    expect(await refusal(archive, { ...LIMITS, totalBytes: 0 })).toBe('archive-limit');
  expect(await refusal(zipOf([{ name: 'n'.repeat(300), bytes: bytes('x') }]))).toBe('archive-limit');
  const random = Buffer.from(Array.from({ length: 6000 }, (_, index) => (index * 7919) % 251));
  const two = [
    { name: 'a', bytes: random },
    { name: 'b', bytes: random },
  ];
  for (const archive of [zipOf(two), tarOf(two), gzipSync(tarOf(two))])
    expect(await refusal(archive, { ...LIMITS, totalBytes: 10_000 })).toBe('archive-limit');
  // Members that share their bytes.
  const kernel = { name: 'a', bytes: big.subarray(0, 900_000) };
  const overlapping = zipOf([
    kernel,
    ...Array.from({ length: 50 }, (_, i) => ({ ...kernel, name: `b${i}`, offset: 0 })),
  ]);
  expect(await refusal(overlapping)).toBe('archive-broken');
});

test('a second file of the same name is refused in a zip, and replaces the first in a tar', async () => {
  const twice = [
    { name: 'a', bytes: bytes('one') },
    { name: 'a', bytes: bytes('two') },
  ];
  expect(await refusal(zipOf(twice))).toBe('archive-broken');
  expect((await unpack(tarOf(twice))).files).toEqual({ a: 'two' });
  const clash = [
    { name: 'a', bytes: bytes('one') },
    { name: 'a/b', bytes: bytes('two') },
  ];
  expect(await refusal(zipOf(clash))).toBe('archive-broken');
  expect(await refusal(tarOf(clash))).toBe('archive-broken');
});

test('encrypted and unknown members are named, the rest is unpacked; a wrong checksum is damage', async () => {
  const { files, result } = await unpack(
    zipOf([
      { name: 'a', bytes: bytes('x'), flags: 1 },
      { name: 'b', bytes: bytes('x'), method: 99 },
      { name: 'c', bytes: bytes('x') },
    ]),
  );
  expect(files).toEqual({ c: 'x' });
  expect(result.unread.map((one) => one.path)).toEqual(['a', 'b']);
  const zip = zipOf([{ name: 'a', bytes: bytes('hello'), stored: true }]);
  zip[zip.indexOf('hello')] = 0x48;
  expect(await refusal(zip)).toBe('archive-broken');
});

test('what is cut or damaged anywhere gives an ArchiveProblem or a whole result, and never another error', async () => {
  const members = [
    { name: 'a/b', bytes: bytes('hello world '.repeat(40)) },
    { name: 'c', bytes: bytes('x'.repeat(600)) },
  ];
  const archives = [zipOf(members), tarOf(members), gzipSync(tarOf(members))];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...archives),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.option(fc.integer({ min: 0, max: 255 })),
      async (archive, where, value) => {
        const at = Math.floor(where * (archive.length - 1));
        const damaged = value === null ? archive.subarray(0, at) : Buffer.from(archive);
        if (value !== null) damaged[at] = value;
        expect(await refusal(damaged)).toMatch(/^(unpacked|archive-|unsafe-)/);
      },
    ),
    { numRuns: 150 },
  );
});

test('the kind is told by the bytes', async () => {
  const path = join(root, 'file');
  const kindOf = async (content: Buffer) => {
    writeFileSync(path, content);
    return unpackableKind(path);
  };
  const tar = tarOf([{ name: 'a', bytes: bytes('x') }]);
  expect(await kindOf(gzipSync(tar))).toBe('tar.gz');
  expect(await kindOf(gzipSync(bytes('only a text')))).toBeUndefined();
  expect(await kindOf(bytes('PK is how this text begins'))).toBeUndefined();
  expect(await kindOf(Buffer.alloc(0))).toBeUndefined();
});

test('it stops when it is asked to', async () => {
  const path = join(root, 'archive');
  writeFileSync(path, tarOf([{ name: 'a', bytes: Buffer.alloc(3_000_000) }]));
  const folder = join(root, 'content');
  mkdirSync(folder);
  const signal = AbortSignal.abort(new Error('stop'));
  await expect(unpackToFolder(path, folder, { limits: LIMITS, signal })).rejects.toThrow('stop');
  expect(existsSync(join(folder, 'a'))).toBe(false);
});
