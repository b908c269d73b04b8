import { reachableCommits } from '../../../analysis/git/commits.ts';
import { GitProblem } from '../../../analysis/git/git-problem.ts';
import { MAX_REFERENCES, referencedIds, shallowCommits } from '../../../analysis/git/references.ts';
import { type GitRepository, openRepository } from '../../../analysis/git/repository.ts';
import { createTreeWalk, type TreeFile } from '../../../analysis/git/tree-walk.ts';
import { SentinelError } from '../../../lib/errors.ts';
import { createPace } from './pace.ts';
import type { Output } from './params.ts';
import type { FoundAt } from './report.ts';
import { type FileScan, type ScanEvent, scanBytes } from './scan-files.ts';

export type HistoryOutput = NonNullable<Output['history']>;

export function historyOutput(): HistoryOutput {
  return { commits: 0, blobs: 0, bytes: 0, findings: 0, complete: true };
}

export interface HistoryOptions {
  /** Secrets that the files of today hold: `rule`, path and value. What is still there is reported there only. */
  reported: Set<string>;
  output: HistoryOutput;
  /** No repository is an error, because nothing else was asked for. */
  required: boolean;
}

const PROGRESS_MS = 120;
const MOST_PROBLEMS = 20;

/** Every version of every file in the history, each once, with the commit that brought it. False: no repository. */
export async function* scanHistory(
  scan: FileScan,
  options: HistoryOptions,
): AsyncGenerator<ScanEvent, boolean> {
  const { ctx } = scan;
  const repository = openRepository(ctx.files);
  if (repository === undefined) {
    if (options.required)
      throw new SentinelError('unreadable-target', `${ctx.files.root} is not a git repository`);
    ctx.log('info', 'no git history: the target is not the root of a repository');
    return false;
  }
  if (typeof repository === 'string') {
    options.output.complete = false;
    yield {
      type: 'problem',
      at: '.git',
      code: 'unreadable-target',
      message: `The git history cannot be read: ${repository}`,
    };
    return true;
  }
  try {
    yield* scanRepository(repository, scan, options);
  } catch (error) {
    if (!(error instanceof GitProblem)) throw error;
    options.output.complete = false;
    yield {
      type: 'problem',
      at: '.git',
      code: 'git-history',
      message: `The git history cannot be read: ${error.message}`,
    };
  } finally {
    repository.objects.close();
  }
  return true;
}

async function* scanRepository(
  repository: GitRepository,
  scan: FileScan,
  options: HistoryOptions,
): AsyncGenerator<ScanEvent> {
  const { ctx } = scan;
  const { output } = options;
  const pace = createPace(ctx.signal);
  const problems = problemList(output);
  for (const gap of repository.gaps) problems.add('.git', gap);
  const shallow = shallowCommits(ctx.files, repository);
  if (shallow.size > 0) {
    // No problem, because CI clones this way; but what older commits hold must not count as looked at and gone.
    output.complete = false;
    ctx.log('warn', 'this is a shallow clone: older history is not here');
  }
  const ids = referencedIds(ctx.files, repository);
  if (ids.length >= MAX_REFERENCES) problems.add('.git', `only ${MAX_REFERENCES} references are followed`);
  const walk = await reachableCommits(repository.objects, {
    ids,
    shallow,
    pause: pace,
  });
  for (const { at, message } of walk.problems) problems.add(at, message);
  output.commits = walk.commits.length;
  ctx.log('info', `${walk.commits.length} commits in the git history`);

  const trees = createTreeWalk(repository.objects, {
    enter: (folder) => scan.filter.folder(folder) === undefined,
    problem: (at, error) => problems.add(at, error.message),
  });
  let last = 0;
  for (const [index, commit] of walk.commits.entries()) {
    for (const file of trees.newFiles(commit.tree)) {
      if (scan.filter.file(file.path)) continue;
      yield* scanVersion({ file, commit: commit.id }, { repository, scan, options, problems, pace });
      await pace();
    }
    if (performance.now() - last > PROGRESS_MS) {
      last = performance.now();
      yield {
        type: 'progress',
        done: index + 1,
        total: walk.commits.length,
        note: `history, commit ${commit.id.slice(0, 10)}`,
      };
    }
    await pace();
  }
  yield* problems.events();
}

interface VersionScan {
  repository: GitRepository;
  scan: FileScan;
  options: HistoryOptions;
  problems: ProblemList;
  pace: ReturnType<typeof createPace>;
}

async function* scanVersion(
  { file, commit }: { file: TreeFile; commit: string },
  { repository, scan, options, problems, pace }: VersionScan,
): AsyncGenerator<ScanEvent> {
  let bytes: Buffer;
  try {
    const object = repository.objects.read(file.id);
    if (object.type !== 'blob') return;
    bytes = object.bytes;
  } catch (error) {
    if (!(error instanceof GitProblem)) throw error;
    problems.add(file.path, error.message);
    return;
  }
  options.output.blobs++;
  options.output.bytes += bytes.length;
  const limit = scan.ctx.params.maxFileMb;
  if (limit !== undefined && bytes.length > limit * 1024 * 1024) {
    problems.add(file.path, 'a version is larger than maxFileMb');
    return;
  }
  const known = (at: FoundAt, rule: string, value: string) => {
    const key = `${rule}\n${at.path}\n${value}`;
    if (options.reported.has(key)) return true;
    options.reported.add(key);
    return false;
  };
  const version = { ...scan, isKnown: known, reported: () => options.output.findings++ };
  for await (const event of scanBytes(bytes, { path: file.path, commit }, version, pace)) {
    if (event.type === 'problem') problems.add(event.at, event.message);
    else yield event;
  }
}

interface ProblemList {
  add(at: string, message: string): void;
  events(): Generator<ScanEvent>;
}

/** A damaged repository may have a problem at every object: the first ones are told, the others counted. */
function problemList(output: HistoryOutput): ProblemList {
  const first: { at: string; message: string }[] = [];
  let count = 0;
  return {
    add(at, message) {
      output.complete = false;
      if (count++ < MOST_PROBLEMS) first.push({ at, message });
    },
    *events() {
      for (const { at, message } of first)
        yield {
          type: 'problem',
          at: `history:${at}`,
          code: 'git-history',
          message: `History: ${at}: ${message}`,
        };
      const more = count - first.length;
      if (more > 0)
        yield {
          type: 'problem',
          at: 'history',
          code: 'git-history',
          message: `History: ${more} more problems`,
        };
    },
  };
}
