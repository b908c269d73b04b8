import { archiveKind, readArchive, unreadableArchiveKind } from '../../../archive/archive.ts';
import { DEFAULT_LIMITS } from '../../../archive/limits.ts';
import { SentinelError, systemCode } from '../../../lib/errors.ts';
import type { FileEntry, OpenFile } from '../../../plugin/powers/read-files.ts';
import type { Ctx, TaskEvent } from '../../../plugin/task.ts';
import { fileFacts } from './file-facts.ts';
import { createPace } from './pace.ts';
import type { Output, Params } from './params.ts';
import type { FoundAt, Reporter } from './report.ts';
import type { Content, ContentScanner } from './scan-content.ts';
import type { TreeFilter } from './tree-filter.ts';

export type ScanCtx = Ctx<Params, 'read'>;
export type ScanEvent = TaskEvent<string>;
export type FileCounts = Pick<Output, 'files' | 'bytes' | 'archives' | 'members' | 'skipped'>;

export interface FileScan {
  ctx: ScanCtx;
  scanner: ContentScanner;
  reporter: Reporter;
  filter: TreeFilter;
  counts: FileCounts;
  /** Paths that were not read, for the statement of what was covered. */
  except: string[];
  /** Paths that were read. */
  scanned: string[];
  /** Told about each secret that is reported. */
  reported(at: FoundAt, rule: string, value: string): void;
  /** True for a secret that was reported elsewhere already. */
  isKnown?(at: FoundAt, rule: string, value: string): boolean;
}

const MB = 1024 * 1024;
const PROGRESS_MS = 120;
/** A file with more is a dump of hashes; the first ones say it. */
const MOST_PER_FILE = 500;
const HEAD_BYTES = 512;

/** All files of the target as they are now. */
export async function* scanFiles(scan: FileScan): AsyncGenerator<ScanEvent> {
  const { entries, unreadable } = collectEntries(scan);
  const total = entries.reduce((sum, entry) => sum + entry.size, 0);
  const pace = createPace(scan.ctx.signal);
  const progress = progressEvents(total);
  scan.ctx.log('info', `${entries.length} files, ${(total / MB).toFixed(1)} MB to read`);
  for (const { path, code } of unreadable) {
    const message = `${path || 'The target'} cannot be read (${code ?? 'unknown'})`;
    yield { type: 'problem', at: path, code: 'unreadable-target', message };
  }
  for (const entry of entries) {
    yield* scanFile(entry, scan, pace);
    const event = progress(entry);
    if (event) yield event;
    await pace();
  }
  yield { type: 'progress', done: total, total, note: `${entries.length} files` };
}

interface Unreadable {
  path: string;
  code: string | undefined;
}

function collectEntries(scan: FileScan): { entries: FileEntry[]; unreadable: Unreadable[] } {
  const { ctx, filter, counts, except } = scan;
  const entries: FileEntry[] = [];
  const unreadable: Unreadable[] = [];
  const skip = (path: string, reason: string, note?: string) => {
    counts.skipped[reason] = (counts.skipped[reason] ?? 0) + 1;
    if (reason !== 'git') except.push(path);
    if (note) ctx.log('info', `${path}: ${note}`);
  };
  const enter = (folder: string) => {
    const reason = filter.folder(folder);
    if (reason === 'dependencies')
      skip(folder, reason, 'dependency folder left out; `vendored: true` reads it');
    else if (reason) skip(folder, reason);
    return reason === undefined;
  };
  const skipped = (entry: { path: string; reason: string; code?: string }) => {
    skip(entry.path, entry.reason);
    if (entry.reason === 'unreadable' || entry.reason === 'loop')
      unreadable.push({ path: entry.path, code: entry.code });
  };
  for (const entry of ctx.files.walk({ enter, skipped })) {
    const reason =
      filter.folder(entry.path) === 'git' && !/\.git\/config$/.test(entry.path)
        ? 'git'
        : filter.file(entry.path);
    if (reason) skip(entry.path, reason);
    else entries.push(entry);
  }
  return { entries, unreadable };
}

function progressEvents(total: number): (entry: FileEntry) => ScanEvent | undefined {
  let done = 0;
  let last = 0;
  return (entry) => {
    done += entry.size;
    const now = performance.now();
    if (now - last < PROGRESS_MS) return undefined;
    last = now;
    return { type: 'progress', done, total, note: entry.path };
  };
}

type Pace = ReturnType<typeof createPace>;

async function* scanFile(entry: FileEntry, scan: FileScan, pace: Pace): AsyncGenerator<ScanEvent> {
  const { ctx, counts } = scan;
  const limit = ctx.params.maxFileMb;
  if (limit !== undefined && entry.size > limit * MB) {
    yield notRead(
      scan,
      entry.path,
      'too-large',
      `${entry.path} has ${entry.size} bytes, more than maxFileMb`,
    );
    return;
  }
  let file: OpenFile | undefined;
  try {
    file = ctx.files.open(entry.path);
    const head = Buffer.alloc(HEAD_BYTES);
    const kind =
      ctx.params.archives && file.size > 20 ? headKind(head.subarray(0, file.read(head, 0))) : undefined;
    if (kind) yield* scanArchive({ entry, file, kind }, scan, pace);
    else {
      yield* scanContent(file, { path: entry.path }, scan, pace);
      counts.files++;
      counts.bytes += file.size;
      scan.scanned.push(entry.path);
    }
  } catch (error) {
    if (!(error instanceof SentinelError) && systemCode(error) === undefined) throw error;
    const code = error instanceof SentinelError ? error.code : 'unreadable-target';
    yield notRead(scan, entry.path, code === 'too-large' ? code : 'unreadable', messageOf(error));
  } finally {
    file?.close();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function notRead(scan: FileScan, path: string, reason: string, message: string): ScanEvent {
  scan.counts.skipped[reason] = (scan.counts.skipped[reason] ?? 0) + 1;
  scan.except.push(path);
  return { type: 'problem', at: path, code: reason === 'unreadable' ? 'unreadable-target' : reason, message };
}

function headKind(head: Buffer): string | undefined {
  return archiveKind(head) ?? unreadableArchiveKind(head);
}

/** Secrets in one content, as findings. */
async function* scanContent(
  content: Content,
  at: FoundAt,
  scan: FileScan,
  pace: Pace,
): AsyncGenerator<ScanEvent, number> {
  const steps = scan.scanner.scan(content, fileFacts(at.inside ?? at.path));
  let findings = 0;
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (step.value === 'pause') {
      await pace();
      continue;
    }
    const event = scan.reporter.finding(step.value, at, scan.isKnown);
    if (!event) continue;
    if (++findings > MOST_PER_FILE) {
      const place = at.inside ? `${at.path}!${at.inside}` : at.path;
      scan.except.push(at.path);
      yield {
        type: 'problem',
        at: place,
        code: 'too-many-findings',
        message: `${place}: only the first ${MOST_PER_FILE} secrets are reported`,
      };
      return 0;
    }
    scan.reported(at, event.rule, event.key[0] as string);
    yield event;
  }
}

interface OpenArchive {
  entry: FileEntry;
  file: OpenFile;
  kind: string;
}

async function* scanArchive(
  { entry, file, kind }: OpenArchive,
  scan: FileScan,
  pace: Pace,
): AsyncGenerator<ScanEvent> {
  const { ctx, counts } = scan;
  if (!isReadable(kind)) {
    yield notRead(
      scan,
      entry.path,
      'archive-unsupported',
      `${entry.path} is packed with ${kind}, which is not read; unpack it first`,
    );
    return;
  }
  if (file.size > ctx.params.maxArchiveMb * MB) {
    yield notRead(
      scan,
      entry.path,
      'too-large',
      `${entry.path} has ${file.size} bytes, more than maxArchiveMb`,
    );
    return;
  }
  const bytes = Buffer.allocUnsafe(file.size);
  const length = file.read(bytes, 0);
  counts.files++;
  counts.bytes += length;
  let complete = true;
  for await (const event of scanMembers(bytes.subarray(0, length), { path: entry.path }, scan, pace)) {
    if (event.type === 'problem') complete = false;
    yield event;
  }
  (complete ? scan.scanned : scan.except).push(entry.path);
}

function isReadable(kind: string): boolean {
  return ['zip', 'tar', 'gzip', 'zstd'].includes(kind);
}

/** Something in memory: an archive by its members, anything else as it is. */
export async function* scanBytes(
  bytes: Buffer,
  at: FoundAt,
  scan: FileScan,
  pace: Pace,
): AsyncGenerator<ScanEvent> {
  const kind = scan.ctx.params.archives ? archiveKind(bytes.subarray(0, HEAD_BYTES)) : undefined;
  if (kind) yield* scanMembers(bytes, at, scan, pace);
  else yield* scanContent(memoryContent(bytes), at, scan, pace);
}

async function* scanMembers(
  bytes: Buffer,
  at: FoundAt,
  scan: FileScan,
  pace: Pace,
): AsyncGenerator<ScanEvent> {
  scan.counts.archives++;
  for (const member of readArchive(bytes, at.path, DEFAULT_LIMITS)) {
    const place = member.path === '' ? at.path : `${at.path}!${member.path}`;
    if (member.type === 'problem') {
      yield { type: 'problem', at: place, code: member.code, message: `${place}: ${member.message}` };
    } else {
      scan.counts.members++;
      yield* scanContent(memoryContent(member.bytes), { ...at, inside: member.path }, scan, pace);
    }
    await pace();
  }
}

function memoryContent(bytes: Buffer): Content {
  return { read: (buffer, position) => (position < bytes.length ? bytes.copy(buffer, 0, position) : 0) };
}
