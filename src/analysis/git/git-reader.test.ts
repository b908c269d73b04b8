import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { reachableCommits } from './commits.ts';
import { applyDelta } from './delta.ts';
import type { GitFiles } from './git-files.ts';
import { GitProblem } from './git-problem.ts';
import { createObjectStore } from './object-store.ts';
import { referencedIds, shallowCommits } from './references.ts';
import { type GitRepository, openRepository } from './repository.ts';
import { createTreeWalk } from './tree-walk.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'git-reader-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const hasGit = canRun('git');
function canRun(program: string): boolean {
  try {
    execFileSync(program, ['--version']);
    return true;
  } catch {
    return false;
  }
}

let clock = 1_700_000_000;
function git(...args: string[]): string {
  clock += 60;
  const date = `${clock} +0000`;
  const who = {
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@shop.test',
    GIT_COMMITTER_NAME: 'c',
    GIT_COMMITTER_EMAIL: 'c@shop.test',
  };
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_DATE: date,
    ...who,
  };
  return execFileSync('git', ['-C', folder, '-c', 'init.defaultBranch=main', ...args], {
    encoding: 'utf8',
    env,
    stdio: 'pipe',
  });
}

/** The files of a folder without the guard of the `read` power, which has its own tests. */
function filesOf(root: string): GitFiles {
  const read = (path: string) => readFileSync(join(root, path));
  return {
    root,
    stat(path) {
      try {
        return { size: read(path).length };
      } catch {
        return undefined;
      }
    },
    list(path) {
      try {
        return readdirSync(join(root, path)).sort();
      } catch {
        return [];
      }
    },
    read,
    open(path) {
      const bytes = read(path);
      return { size: bytes.length, read: (buffer, at) => bytes.copy(buffer, 0, at), close() {} };
    },
  };
}

function opened(root = folder): GitRepository {
  const repository = openRepository(filesOf(root));
  if (typeof repository !== 'object') throw new Error(String(repository));
  return repository;
}

async function walked(repository: GitRepository, root = folder) {
  const files = filesOf(root);
  const ids = referencedIds(files, repository);
  return reachableCommits(repository.objects, {
    ids,
    shallow: shallowCommits(files, repository),
    pause: () => undefined,
  });
}

/** Versions that make deltas, a merge, an annotated tag, a stash, a second branch, a link and an odd name. */
function makeHistory(): void {
  git('init', '-q');
  const lines = Array.from({ length: 400 }, (_, i) => `line ${i} ${(i * 7919) % 1000}`);
  for (let version = 0; version < 12; version++) {
    lines[version * 13] = `changed in version ${version}`;
    writeFileSync(join(folder, 'big.txt'), lines.join('\n'));
    mkdirSync(join(folder, 'dir/deep'), { recursive: true });
    writeFileSync(join(folder, `dir/deep/f${version % 3}.txt`), `file ${version}\n`);
    git('add', '-A');
    git('commit', '-qm', `version ${version}`);
  }
  git('checkout', '-qb', 'side', 'HEAD~5');
  writeFileSync(join(folder, 'sücret name.txt'), 'on the side');
  git('add', '-A');
  git('commit', '-qm', 'side');
  git('checkout', '-q', 'main');
  git('merge', '-q', '--no-ff', '-m', 'merge', 'side');
  git('tag', '-a', 'v1', '-m', 'first');
  writeFileSync(join(folder, 'big.txt'), 'stashed');
  git('stash', '-q');
}

/** What git says: every object that can be reached, with its type and content. */
function expectSameAsGit(repository: GitRepository): number {
  const ids = git('rev-list', '--objects', '--all', '--reflog')
    .trim()
    .split('\n')
    .map((line) => line.split(' ', 1)[0] as string);
  for (const id of ids) {
    const object = repository.objects.read(id);
    expect(object.type).toBe(git('cat-file', '-t', id).trim());
    const content = execFileSync('git', ['-C', folder, 'cat-file', object.type, id]);
    expect(object.bytes.equals(content), id).toBe(true);
  }
  return ids.length;
}

describe.skipIf(!hasGit)('needs git: compared with git', () => {
  test('loose objects, packs with deltas, and both', () => {
    makeHistory();
    expect(expectSameAsGit(opened())).toBeGreaterThan(60);
    git('gc', '-q', '--aggressive');
    expect(expectSameAsGit(opened())).toBeGreaterThan(60);
    writeFileSync(join(folder, 'new.txt'), 'loose again');
    git('add', '-A');
    git('commit', '-qm', 'after gc');
    expectSameAsGit(opened());
  });

  test('packs with deltas that name their base by id, and index version 1', () => {
    makeHistory();
    git('config', 'repack.useDeltaBaseOffset', 'false');
    git('config', 'pack.indexVersion', '1');
    git('repack', '-adfq');
    expectSameAsGit(opened());
  });

  test('a repository with SHA-256', async () => {
    git('init', '-q', '--object-format=sha256');
    writeFileSync(join(folder, 'a.txt'), 'content');
    git('add', '-A');
    git('commit', '-qm', 'one');
    git('gc', '-q');
    const repository = opened();
    expectSameAsGit(repository);
    expect((await walked(repository)).commits).toHaveLength(1);
  });

  test('finds the same commits as git, parents first', async () => {
    makeHistory();
    git('pack-refs', '--all');
    const { commits, problems } = await walked(opened());
    expect(problems).toEqual([]);
    const wanted = git('rev-list', '--all', '--reflog').trim().split('\n').sort();
    expect(commits.map((commit) => commit.id).sort()).toEqual(wanted);
    const place = new Map(commits.map((commit, index) => [commit.id, index]));
    for (const commit of commits) {
      for (const parent of commit.parents)
        expect(place.get(parent)).toBeLessThan(place.get(commit.id) as number);
    }
  });

  test('meets each version of each file once, with the commit that brought it', async () => {
    makeHistory();
    const repository = opened();
    const { commits } = await walked(repository);
    const walk = createTreeWalk(repository.objects, {
      enter: () => true,
      problem: (_at, error) => expect.fail(error.message),
    });
    const met = new Map<string, string>();
    for (const commit of commits) {
      for (const file of walk.newFiles(commit.tree)) {
        expect(met.has(file.id)).toBe(false);
        met.set(file.id, `${commit.id} ${file.path}`);
      }
    }
    const side = git('rev-parse', 'side:sücret name.txt').trim();
    expect(met.get(side)).toBe(`${git('rev-parse', 'side').trim()} sücret name.txt`);
    const blobs = git(
      'rev-list',
      '--objects',
      '--all',
      '--reflog',
      '--filter=object:type=blob',
      '--filter-provided-objects',
    )
      .trim()
      .split('\n');
    expect([...met.keys()].sort()).toEqual(blobs.map((line) => line.split(' ', 1)[0]).sort());
  });

  test('a bare repository, a worktree inside and one outside', async () => {
    makeHistory();
    git('clone', '-q', '--bare', '.', 'bare.git');
    expect(
      (await walked(opened(join(folder, 'bare.git')), join(folder, 'bare.git'))).commits.length,
    ).toBeGreaterThan(10);
    git('worktree', 'add', '-q', 'wt', 'side');
    expect(openRepository(filesOf(join(folder, 'wt')))).toMatch(/outside the target/);
  });

  test('a shallow clone ends where it was cut, without a problem', async () => {
    makeHistory();
    git('clone', '-q', '--depth', '3', '--no-single-branch', `file://${folder}`, 'shallow');
    const root = join(folder, 'shallow');
    const { commits, problems } = await walked(opened(root), root);
    expect(problems).toEqual([]);
    expect(commits.length).toBeLessThan(10);
  });

  test('objects of an alternate inside are read, one outside is named', () => {
    makeHistory();
    git('clone', '-q', '--shared', '.', 'shared');
    appendFileSync(join(folder, 'shared/.git/objects/info/alternates'), '/nowhere/objects\n');
    const outside = opened(join(folder, 'shared'));
    expect(outside.gaps).toHaveLength(2);
    writeFileSync(join(folder, '.git/objects/info/alternates'), '../../shared/.git/objects\n');
    expect(opened().gaps).toHaveLength(1);
  });

  test('a damaged pack is a problem and nothing worse', () => {
    makeHistory();
    git('gc', '-q');
    const ids = git('rev-list', '--objects', '--all')
      .trim()
      .split('\n')
      .map((line) => line.split(' ', 1)[0] as string);
    const packs = join(folder, '.git/objects/pack');
    const [index, pack] = ['.idx', '.pack'].map((end) =>
      join(packs, readdirSync(packs).find((name) => name.endsWith(end)) as string),
    ) as [string, string];
    rmSync(join(packs, readdirSync(packs).find((name) => name.endsWith('.rev')) ?? 'none'), { force: true });
    const good = { index: readFileSync(index), pack: readFileSync(pack) };
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 20 }),
        (changes) => {
          const bad = { index: Buffer.from(good.index), pack: Buffer.from(good.pack) };
          for (const [inIndex, at, value] of changes) {
            const bytes = inIndex ? bad.index : bad.pack;
            bytes[at % bytes.length] = value;
          }
          const files = { ...filesOf(folder) };
          const plain = files.open;
          files.read = (path) => (path.endsWith('.idx') ? bad.index : readFileSync(join(folder, path)));
          files.open = (path) =>
            path.endsWith('.pack')
              ? { size: bad.pack.length, read: (buffer, at) => bad.pack.copy(buffer, 0, at), close() {} }
              : plain(path);
          const objects = createObjectStore(files, { folders: ['.git/objects'], hashBytes: 20 });
          for (const id of ids) {
            try {
              objects.read(id);
            } catch (error) {
              expect(error).toBeInstanceOf(GitProblem);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** A pack and its index, version 2, from entries as they stand in the file; the tests name their objects as they like. */
function writePack(name: string, entries: { id: string; bytes: Buffer }[]): void {
  const sorted = entries.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const head = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1');
  head.writeUInt32BE(entries.length, 8);
  const offsets = new Map<string, number>();
  let at = head.length;
  for (const { id, bytes } of entries) {
    offsets.set(id, at);
    at += bytes.length;
  }
  const number = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const fanout = Array.from({ length: 256 }, (_, byte) =>
    number(sorted.filter(({ id }) => Number.parseInt(id.slice(0, 2), 16) <= byte).length),
  );
  const index = [
    Buffer.from('ff744f6300000002', 'hex'),
    ...fanout,
    ...sorted.map(({ id }) => Buffer.from(id, 'hex')),
    ...sorted.map(() => number(0)),
    ...sorted.map(({ id }) => number(offsets.get(id) as number)),
    Buffer.alloc(40),
  ];
  mkdirSync(join(folder, '.git/objects/pack'), { recursive: true });
  const path = join(folder, '.git/objects/pack', name);
  writeFileSync(
    `${path}.pack`,
    Buffer.concat([head, ...entries.map(({ bytes }) => bytes), Buffer.alloc(20)]),
  );
  writeFileSync(`${path}.idx`, Buffer.concat(index));
}

/** Type and size, what names the base of a delta, and the packed content. */
function packEntry(kind: number, content: Buffer, options: { base?: Buffer; size?: number } = {}): Buffer {
  let size = options.size ?? content.length;
  const head = [(kind << 4) | (size & 15)];
  for (size = Math.floor(size / 16); size > 0; size = Math.floor(size / 128)) {
    head[head.length - 1] = (head.at(-1) as number) | 0x80;
    head.push(size & 127);
  }
  return Buffer.concat([Buffer.from(head), options.base ?? Buffer.alloc(0), deflateSync(content)]);
}

describe('hostile packs', () => {
  const BLOB = 3;
  const BY_OFFSET = 6;
  const BY_ID = 7;
  const named = (letter: string) => letter.repeat(40);
  const idOf = (letter: string) => Buffer.from(named(letter), 'hex');
  const nothing = Buffer.from([0, 0]);
  const read = (letter: string) => opened().objects.read(named(letter));
  beforeEach(() => {
    mkdirSync(join(folder, '.git/objects'), { recursive: true });
    writeFileSync(join(folder, '.git/HEAD'), 'ref: refs/heads/main\n');
  });

  test('a pack written here is read: the other tests test what they say', () => {
    const delta = Buffer.from([5, 4, 0x90, 2, 2, 0x78, 0x79]);
    writePack('pack-1', [
      { id: named('a'), bytes: packEntry(BLOB, Buffer.from('hello')) },
      { id: named('b'), bytes: packEntry(BY_ID, delta, { base: idOf('a') }) },
    ]);
    expect(read('a').bytes.toString()).toBe('hello');
    expect(read('b')).toMatchObject({ type: 'blob', bytes: Buffer.from('hexy') });
  });

  test('deltas in a circle, also over two packs, and one on itself', () => {
    writePack('pack-1', [
      { id: named('a'), bytes: packEntry(BY_ID, nothing, { base: idOf('b') }) },
      { id: named('c'), bytes: packEntry(BY_ID, nothing, { base: idOf('c') }) },
    ]);
    writePack('pack-2', [{ id: named('b'), bytes: packEntry(BY_ID, nothing, { base: idOf('a') }) }]);
    for (const letter of ['a', 'b', 'c']) expect(() => read(letter)).toThrow(GitProblem);
  });

  test('a delta whose base is itself, before the pack, or missing', () => {
    writePack('pack-1', [
      { id: named('a'), bytes: packEntry(BY_OFFSET, nothing, { base: Buffer.from([0]) }) },
      { id: named('b'), bytes: packEntry(BY_OFFSET, nothing, { base: Buffer.from([0xff, 0xff, 0x7f]) }) },
      { id: named('c'), bytes: packEntry(BY_ID, nothing, { base: idOf('d') }) },
    ]);
    for (const letter of ['a', 'b', 'c']) expect(() => read(letter)).toThrow(GitProblem);
  });

  test('an object that says it is huge is refused before memory is taken, one that is larger than it says too', () => {
    writePack('pack-1', [
      { id: named('a'), bytes: packEntry(BLOB, Buffer.from('x'), { size: 2 ** 40 }) },
      { id: named('b'), bytes: packEntry(BLOB, Buffer.alloc(50_000_000), { size: 10 }) },
      { id: named('c'), bytes: packEntry(5, Buffer.from('x')) },
    ]);
    for (const letter of ['a', 'b', 'c']) expect(() => read(letter)).toThrow(GitProblem);
    expect(process.memoryUsage().rss).toBeLessThan(1024 ** 3);
  });

  test('a chain of large deltas ends before it fills the memory', () => {
    const large = Buffer.concat([Buffer.from([1, 1]), Buffer.alloc(100 * 1024 * 1024)]);
    const letters = ['a', 'b', 'c', 'd', 'e'];
    writePack(
      'pack-1',
      letters.map((letter, i) => ({
        id: named(letter),
        bytes: packEntry(BY_ID, large, { base: idOf(letters[(i + 1) % 5] as string) }),
      })),
    );
    expect(() => read('a')).toThrow(/chain of deltas is too large/);
  });

  test('a pack that is cut anywhere gives whole objects or problems', () => {
    const letters = ['a', 'b', 'c', 'd'];
    writePack(
      'pack-1',
      letters.map((letter) => ({
        id: named(letter),
        bytes: packEntry(BLOB, Buffer.from(letter.repeat(300))),
      })),
    );
    const path = join(folder, '.git/objects/pack/pack-1.pack');
    const whole = readFileSync(path);
    let cut = 0;
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      for (const letter of letters) {
        try {
          expect(read(letter).bytes.toString()).toBe(letter.repeat(300));
        } catch (error) {
          expect(error).toBeInstanceOf(GitProblem);
          cut++;
        }
      }
    }
    expect(cut).toBeGreaterThan(whole.length);
  });

  test('a damaged index hides only what is in its own pack; an index without a pack is none', () => {
    writePack('pack-1', [{ id: named('a'), bytes: packEntry(BLOB, Buffer.from('one')) }]);
    writePack('pack-2', [{ id: named('b'), bytes: packEntry(BLOB, Buffer.from('two')) }]);
    writePack('pack-3', [{ id: named('c'), bytes: packEntry(BLOB, Buffer.from('three')) }]);
    writeFileSync(join(folder, '.git/objects/pack/pack-1.idx'), 'nonsense');
    rmSync(join(folder, '.git/objects/pack/pack-3.pack'));
    expect(() => read('a')).toThrow(/damaged/);
    expect(read('b').bytes.toString()).toBe('two');
    expect(() => read('c')).toThrow(GitProblem);
  });

  test('names that are no names never become paths', () => {
    for (const id of ['../../../../etc/passwd', 'A'.repeat(40), 'a'.repeat(39), ''])
      expect(() => opened().objects.read(id)).toThrow(GitProblem);
  });

  test('references that are not read are named', () => {
    writeFileSync(join(folder, '.git/config'), '[extensions]\n\trefStorage = reftable\n');
    expect(opened().gaps).toEqual([expect.stringContaining('reftable')]);
  });
});

describe('hostile repositories', () => {
  function writeLoose(id: string, content: Buffer): void {
    mkdirSync(join(folder, '.git/objects', id.slice(0, 2)), { recursive: true });
    writeFileSync(join(folder, '.git/objects', id.slice(0, 2), id.slice(2)), deflateSync(content));
  }
  const named = (letter: string) => letter.repeat(40);
  function object(type: string, body: Buffer | string): Buffer {
    const bytes = Buffer.from(body);
    return Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`), bytes]);
  }
  beforeEach(() => {
    mkdirSync(join(folder, '.git/objects'), { recursive: true });
    mkdirSync(join(folder, '.git/refs/heads'), { recursive: true });
    writeFileSync(join(folder, '.git/HEAD'), 'ref: refs/heads/main\n');
    writeFileSync(join(folder, '.git/refs/heads/main'), `${named('a')}\n`);
  });

  test('commits and trees in a circle are met once', async () => {
    const commit = (parent: string) =>
      object('commit', `tree ${named('c')}\nparent ${parent}\ncommitter x <x> 1 +0000\n\nm`);
    writeLoose(named('a'), commit(named('b')));
    writeLoose(named('b'), commit(named('a')));
    const entry = (mode: string, name: string, id: string) =>
      Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')]);
    writeLoose(
      named('c'),
      object('tree', Buffer.concat([entry('40000', 'loop', named('c')), entry('100644', '..', named('d'))])),
    );
    const repository = opened();
    const { commits } = await walked(repository);
    expect(commits.map((one) => one.id).sort()).toEqual([named('a'), named('b')]);
    const walk = createTreeWalk(repository.objects, { enter: () => true, problem: () => {} });
    expect([...walk.newFiles(named('c'))]).toEqual([{ id: named('d'), path: '..' }]);
  });

  test('an object that unpacks to more than it says, or is cut, is a problem', () => {
    writeLoose(named('a'), Buffer.concat([Buffer.from('blob 5\0'), Buffer.alloc(1_000_000)]));
    writeLoose(named('b'), Buffer.from('blob 999999999999\0x'));
    writeLoose(named('c'), Buffer.from('nonsense'));
    for (const letter of ['a', 'b', 'c', 'd']) {
      expect(() => opened().objects.read(named(letter))).toThrow(GitProblem);
    }
  });

  test('a delta that reads or writes beside its bounds is refused', () => {
    const base = Buffer.from('0123456789');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), (bytes) => {
        try {
          expect(
            applyDelta(base, Buffer.concat([Buffer.from([10]), bytes]), 1_000).length,
          ).toBeLessThanOrEqual(1_000);
        } catch (error) {
          expect(error).toBeInstanceOf(GitProblem);
        }
      }),
      { numRuns: 2_000 },
    );
    expect(applyDelta(base, Buffer.from([10, 5, 0x91, 2, 3, 2, 0x78, 0x79]), 100).toString()).toBe('234xy');
  });

  test('a folder with a name of git only is no repository', () => {
    rmSync(join(folder, '.git'), { recursive: true });
    expect(openRepository(filesOf(folder))).toBeUndefined();
    writeFileSync(join(folder, '.git'), 'gitdir: ../elsewhere/.git\n');
    expect(openRepository(filesOf(folder))).toMatch(/outside the target/);
  });
});
