import { GitProblem } from './git-problem.ts';
import type { ObjectStore } from './object-store.ts';

export interface Commit {
  id: string;
  tree: string;
  parents: string[];
  /** Of the committer, in seconds since 1970. */
  time: number;
}

export interface CommitWalk {
  commits: Commit[];
  problems: { at: string; message: string }[];
}

const MAX_TAG_DEPTH = 8;

/**
 * All commits that can be reached, parents before children and otherwise by time, so that the first commit with a thing is
 * the one that brought it. `pause` is called from time to time.
 */
export async function reachableCommits(
  objects: ObjectStore,
  from: { ids: readonly string[]; shallow: ReadonlySet<string>; pause: () => Promise<void> | undefined },
): Promise<CommitWalk> {
  const commits = new Map<string, Commit>();
  const problems: CommitWalk['problems'] = [];
  const seen = new Set<string>();
  const open: string[] = [];
  const visit = (id: string) => {
    if (seen.has(id)) return;
    seen.add(id);
    open.push(id);
  };
  for (const id of from.ids) {
    const commit = peeled(objects, id, problems);
    if (commit) visit(commit);
  }
  for (let count = 0; open.length > 0; count++) {
    const id = open.pop() as string;
    try {
      const commit = parseCommit(id, objects.read(id), objects.hashBytes);
      commits.set(id, commit);
      if (!from.shallow.has(id)) for (const parent of commit.parents) visit(parent);
    } catch (error) {
      problems.push({ at: id, message: messageOf(error) });
    }
    if (count % 256 === 255) await from.pause();
  }
  return { commits: inOrder(commits), problems };
}

/** The commit behind a tag; undefined for tags of trees and files. */
function peeled(objects: ObjectStore, id: string, problems: CommitWalk['problems']): string | undefined {
  let at = id;
  try {
    for (let depth = 0; depth < MAX_TAG_DEPTH; depth++) {
      const { type, bytes } = objects.read(at);
      if (type === 'commit') return at;
      if (type !== 'tag') return undefined;
      at = /^object ([0-9a-f]+)$/m.exec(bytes.toString('latin1', 0, 200))?.[1] ?? '';
    }
  } catch (error) {
    problems.push({ at: id, message: messageOf(error) });
  }
  return undefined;
}

function parseCommit(
  id: string,
  { type, bytes }: { type: string; bytes: Buffer },
  hashBytes: number,
): Commit {
  const end = bytes.indexOf('\n\n');
  const head = bytes.toString('latin1', 0, end < 0 ? bytes.length : end);
  const lines = head.split('\n');
  const tree = lines.find((line) => line.startsWith('tree '))?.slice(5) ?? '';
  if (type !== 'commit' || tree.length !== hashBytes * 2)
    throw new GitProblem('broken', `commit ${id} is damaged`);
  const parents = lines.filter((line) => line.startsWith('parent ')).map((line) => line.slice(7));
  const time = Number(/^committer .*> (-?\d+)/m.exec(head)?.[1] ?? 0);
  return { id, tree, parents, time: Number.isFinite(time) ? time : 0 };
}

/** Kahn's order with the oldest ready commit first. Damaged repositories may hold cycles: those come last, by time. */
function inOrder(commits: ReadonlyMap<string, Commit>): Commit[] {
  const waiting = new Map<string, number>();
  const children = new Map<string, string[]>();
  const ready = createHeap();
  for (const commit of commits.values()) {
    const parents = [...new Set(commit.parents)].filter((parent) => commits.has(parent));
    waiting.set(commit.id, parents.length);
    for (const parent of parents) {
      const list = children.get(parent);
      if (list) list.push(commit.id);
      else children.set(parent, [commit.id]);
    }
    if (parents.length === 0) ready.push(commit);
  }
  const ordered: Commit[] = [];
  for (let commit = ready.pop(); commit; commit = ready.pop()) {
    ordered.push(commit);
    waiting.delete(commit.id);
    for (const id of children.get(commit.id) ?? []) {
      const left = (waiting.get(id) ?? 0) - 1;
      waiting.set(id, left);
      if (left === 0) ready.push(commits.get(id) as Commit);
    }
  }
  const cyclic = [...waiting.keys()].map((id) => commits.get(id) as Commit);
  return [...ordered, ...cyclic.sort((a, b) => a.time - b.time)];
}

/** A binary heap of commits, the oldest on top. */
function createHeap() {
  const heap: Commit[] = [];
  const before = (a: number, b: number) => (heap[a] as Commit).time < (heap[b] as Commit).time;
  const swap = (a: number, b: number) => {
    [heap[a], heap[b]] = [heap[b] as Commit, heap[a] as Commit];
  };
  return {
    push(commit: Commit) {
      heap.push(commit);
      for (
        let at = heap.length - 1, up = (at - 1) >> 1;
        at > 0 && before(at, up);
        at = up, up = (at - 1) >> 1
      )
        swap(at, up);
    },
    pop(): Commit | undefined {
      const top = heap[0];
      const last = heap.pop();
      if (!top || !last || heap.length === 0) return top;
      heap[0] = last;
      for (let at = 0; ; ) {
        let least = at;
        for (const child of [2 * at + 1, 2 * at + 2])
          if (child < heap.length && before(child, least)) least = child;
        if (least === at) return top;
        swap(at, least);
        at = least;
      }
    },
  };
}

function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return String(error);
}
