import { execFileSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRootedFiles } from './rooted-files.ts';

let base: string;
let root: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'rooted-'));
  root = join(base, 'root');
  mkdirSync(join(root, 'sub'), { recursive: true });
  mkdirSync(join(base, 'outside'));
  writeFileSync(join(root, 'a.txt'), 'inside');
  writeFileSync(join(root, 'sub', 'b.txt'), 'below');
  writeFileSync(join(base, 'outside', 'secret.txt'), 'outside');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

test('reads what is below the root', () => {
  const files = openRootedFiles(root);
  expect([...files.walk()].map((entry) => [entry.path, entry.size])).toEqual([
    ['a.txt', 6],
    ['sub/b.txt', 5],
  ]);
  expect(Buffer.from(files.read('sub/b.txt')).toString()).toBe('below');
  expect(files.list('sub')).toEqual(['b.txt']);
  expect(files.stat('sub')).toBeUndefined();
  const buffer = Buffer.alloc(3);
  expect(files.readInto('sub/b.txt', buffer, 2)).toBe(3);
  expect(buffer.toString()).toBe('low');
});

test.each([
  '../outside/secret.txt',
  'sub/../../outside/secret.txt',
  '/etc/passwd',
  './a.txt',
  'sub//b.txt',
  '',
  'a.txt\0.png',
  'a.txt/',
])('refuses the path %j', (path) => {
  const files = openRootedFiles(root);
  expect(() => files.read(path)).toThrow(expect.objectContaining({ code: 'unreadable-target' }));
  expect(files.stat(path)).toBeUndefined();
});

test('follows no symbolic link: to a file, to a folder, dangling, in a loop', () => {
  symlinkSync(join(base, 'outside', 'secret.txt'), join(root, 'link.txt'));
  symlinkSync(join(base, 'outside'), join(root, 'folder'));
  symlinkSync('..', join(root, 'sub', 'up'));
  symlinkSync('nowhere', join(root, 'dangling'));
  symlinkSync(join(root, 'a.txt'), join(root, 'within.txt'));
  const files = openRootedFiles(root);
  const skipped: string[] = [];
  const walked = [...files.walk({ skipped: ({ path, reason }) => skipped.push(`${reason} ${path}`) })];
  expect(walked.map((entry) => entry.path)).toEqual(['a.txt', 'sub/b.txt']);
  expect(skipped.sort()).toEqual([
    'symlink dangling',
    'symlink folder',
    'symlink link.txt',
    'symlink sub/up',
    'symlink within.txt',
  ]);
  for (const path of ['link.txt', 'folder/secret.txt', 'sub/up/a.txt', 'within.txt']) {
    expect(() => files.open(path), path).toThrow(expect.objectContaining({ code: 'unreadable-target' }));
    expect(files.stat(path), path).toBeUndefined();
  }
  expect(files.list('folder')).toEqual([]);
  expect([...files.walk({ below: 'folder' })]).toEqual([]);
});

test('the target itself may be a link, and then its real folder is the root', () => {
  symlinkSync(root, join(base, 'alias'));
  const files = openRootedFiles(join(base, 'alias'));
  expect(files.root).toBe(openRootedFiles(root).root);
});

test('a FIFO or a device is skipped and never waited for', () => {
  execFileSync('mkfifo', [join(root, 'pipe')]);
  const files = openRootedFiles(root);
  const skipped: string[] = [];
  expect([...files.walk({ skipped: ({ path, reason }) => skipped.push(`${reason} ${path}`) })]).toHaveLength(
    2,
  );
  expect(skipped).toEqual(['special pipe']);
  expect(() => files.open('pipe')).toThrow(/not a regular file/);
  expect(() => openRootedFiles(join(root, 'pipe'))).toThrow(/neither a file nor a folder/);
  expect(() => openRootedFiles('/dev/zero')).toThrow(/neither a file nor a folder/);
});

test('a target of one file shows nothing beside it', () => {
  const files = openRootedFiles(join(root, 'a.txt'));
  expect(files.single).toBe('a.txt');
  expect([...files.walk()].map((entry) => entry.path)).toEqual(['a.txt']);
  expect(() => files.read('sub/b.txt')).toThrow(/outside the target/);
  expect(files.stat('sub/b.txt')).toBeUndefined();
  expect(files.list('sub')).toEqual([]);
});

test('says why a target cannot be read', () => {
  expect(() => openRootedFiles(join(base, 'missing'))).toThrow(/does not exist/);
  expect(() => openRootedFiles(root).read('sub')).toThrow(/not a regular file/);
  expect(() => openRootedFiles(root).read('missing.txt')).toThrow(/does not exist/);
});

test('a file that is larger than the limit is refused before it is read', () => {
  const files = openRootedFiles(root);
  expect(() => files.read('a.txt', { maxBytes: 5 })).toThrow(expect.objectContaining({ code: 'too-large' }));
  expect(files.read('a.txt', { maxBytes: 6 })).toHaveLength(6);
});

test('files that tell no size are read to their end', () => {
  const files = openRootedFiles('/proc/self');
  expect(Buffer.from(files.read('cmdline')).toString()).toContain('node');
});

test('a hard link counts as what it is: a file in the root', () => {
  linkSync(join(base, 'outside', 'secret.txt'), join(root, 'hard.txt'));
  expect(openRootedFiles(root).stat('hard.txt')?.size).toBe(7);
});

test('a folder that is swapped for a link while files are opened never leads out', async () => {
  mkdirSync(join(root, 'swap'));
  writeFileSync(join(root, 'swap', 'secret.txt'), 'inside');
  symlinkSync(join(base, 'outside'), join(base, 'evil'));
  const swapper = new Worker(
    `const { renameSync } = require('node:fs');
     const { workerData: [dir, link, keep] } = require('node:worker_threads');
     const { parentPort } = require('node:worker_threads');
     parentPort.postMessage('ready');
     const end = Date.now() + 1500;
     while (Date.now() < end) { try { renameSync(dir, keep); renameSync(link, dir); renameSync(dir, link); renameSync(keep, dir); } catch {} }`,
    { eval: true, workerData: [join(root, 'swap'), join(base, 'evil'), join(base, 'keep')] },
  );
  await new Promise((ready) => swapper.once('message', ready));
  const files = openRootedFiles(root);
  const seen = new Set<string>();
  let refused = 0;
  const end = Date.now() + 1_400;
  while (Date.now() < end) {
    try {
      seen.add(Buffer.from(files.read('swap/secret.txt')).toString());
    } catch {
      refused++;
    }
  }
  await swapper.terminate();
  expect([...seen].filter((text) => text !== 'inside')).toEqual([]);
  expect(seen.size + refused).toBeGreaterThan(0);
});

test('a tree that is moved away during the walk ends the walk without an exception', () => {
  const files = openRootedFiles(root);
  const walk = files.walk();
  expect(walk.next().value?.path).toBe('a.txt');
  renameSync(join(root, 'sub'), join(base, 'gone'));
  symlinkSync(join(base, 'outside'), join(root, 'sub'));
  expect(readlinkSync(join(root, 'sub'))).toContain('outside');
  expect([...walk]).toEqual([]);
});
