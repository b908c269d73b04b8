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
