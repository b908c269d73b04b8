import { SentinelError } from '../lib/errors.ts';
import { ArchiveProblem, type ProblemCode } from './archive-problem.ts';
import { gunzip, isGzip, isZstd, unzstd } from './compressed.ts';
import { type ArchiveLimits, type Budget, budgetOf } from './limits.ts';
import { isUnsafeName, visibleName } from './member-name.ts';
import { isTar, readTar } from './tar-reader.ts';
import { isZip, readZip } from './zip-reader.ts';

/** A file in an archive. `path` goes through archives in archives: `lib/app.jar!config/app.yml`. */
export interface ArchiveFile {
  type: 'file';
  path: string;
  bytes: Buffer;
}
/** A member or the rest of the archive that was not read, and why. */
export interface ArchiveGap {
  type: 'problem';
  path: string;
  code: ProblemCode;
  message: string;
}

export type ArchiveKind = 'zip' | 'tar' | 'gzip' | 'zstd';

/** The kind by the first bytes; 265 of them are enough. */
export function archiveKind(head: Uint8Array): ArchiveKind | undefined {
  if (isZip(head)) return 'zip';
  if (isGzip(head)) return 'gzip';
  if (isZstd(head)) return 'zstd';
  return isTar(head) ? 'tar' : undefined;
}

/** A well-known kind of archive that this reader does not read. */
export function unreadableArchiveKind(head: Uint8Array): string | undefined {
  const start = Buffer.from(head.subarray(0, 8)).toString('latin1');
  if (start.startsWith('BZh')) return 'bzip2';
  if (start.startsWith('\xfd7zXZ\0')) return 'xz';
  if (start.startsWith("7z\xbc\xaf'\x1c")) return '7z';
  return start.startsWith('Rar!\x1a\x07') ? 'rar' : undefined;
}

/**
 * The files in an archive that is in memory, archives in it included. Nothing is written anywhere, a link is named and not
 * followed, and a member whose name leads out of the archive is named and not read. Limits hold for all levels together.
 */
export function* readArchive(
  bytes: Buffer,
  name: string,
  limits: ArchiveLimits,
): Generator<ArchiveFile | ArchiveGap> {
  yield* readLevel(bytes, { path: '', name, depth: 1 }, budgetOf(limits));
}

interface Level {
  /** Path of this archive in the outermost one, `''` for that itself. */
  path: string;
  name: string;
  depth: number;
}

function* readLevel(bytes: Buffer, level: Level, budget: Budget): Generator<ArchiveFile | ArchiveGap> {
  try {
    for (const member of membersOf(bytes, level.name, budget)) {
      if (budget.spent) {
        yield gap(level.path, NOTHING_LEFT);
        return;
      }
      const path = level.path === '' ? visibleName(member.name) : `${level.path}!${visibleName(member.name)}`;
      if (member.problem) yield gap(path, member.problem);
      else if (isUnsafeName(member.name)) yield gap(path, UNSAFE_NAME);
      else yield* readMember(member.read, { path, name: member.name, depth: level.depth }, budget);
    }
  } catch (error) {
    if (!(error instanceof ArchiveProblem)) throw error;
    yield gap(level.path, error);
  }
}

function* readMember(read: () => Buffer, at: Level, budget: Budget): Generator<ArchiveFile | ArchiveGap> {
  let bytes: Buffer;
  try {
    bytes = read();
  } catch (error) {
    if (!(error instanceof ArchiveProblem)) throw error;
    yield gap(at.path, error);
    return;
  }
  if (archiveKind(bytes) === undefined) yield { type: 'file', path: at.path, bytes };
  else if (at.depth >= budget.limits.depth) yield gap(at.path, TOO_DEEP);
  else yield* readLevel(bytes, { ...at, depth: at.depth + 1 }, budget);
}

/** A member of one level. `read` unpacks it. */
export interface Member {
  name: string;
  read: () => Buffer;
  problem?: ArchiveProblem;
}

function* membersOf(bytes: Buffer, name: string, budget: Budget): Generator<Member> {
  const kind = archiveKind(bytes);
  if (kind === 'zip') yield* readZip(bytes, budget);
  else if (kind === 'tar') yield* readTar(bytes, budget);
  else if (kind === 'gzip' || kind === 'zstd') {
    const inner = kind === 'gzip' ? gunzip(bytes, budget) : unzstd(bytes, budget);
    if (isTar(inner)) yield* readTar(inner, budget);
    else yield { name: innerName(name), read: () => inner };
  } else throw new SentinelError('internal', `${name} is not an archive`);
}

function innerName(name: string): string {
  const base = name.slice(name.lastIndexOf('/') + 1);
  return base.replace(/\.(?:gz|zst|z)$/i, '') || base;
}

function gap(path: string, { code, message }: Pick<ArchiveProblem, 'code' | 'message'>): ArchiveGap {
  return { type: 'problem', path, code, message };
}

const UNSAFE_NAME = {
  code: 'unsafe-member-name',
  message: 'the name leads out of the archive; it was not read',
} as const;
const NOTHING_LEFT = {
  code: 'archive-limit',
  message: 'the limits for all members together are used up; the rest was not read',
} as const;
const TOO_DEEP = {
  code: 'archive-limit',
  message: 'too many archives in each other; it was not opened',
} as const;
