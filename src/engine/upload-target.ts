import { createWriteStream } from 'node:fs';
import { mkdir, realpath, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Kysely } from 'kysely';
import { ArchiveProblem } from '../archive/archive-problem.ts';
import {
  type Unpacked,
  type UnpackLimits,
  unpackableKind,
  unpackToFolder,
} from '../archive/unpack-to-folder.ts';
import type { Blobs } from '../blobs/blobs.ts';
import { SentinelError, systemCode } from '../lib/errors.ts';
import type { AnyTask } from '../plugin/task.ts';
import type { Database } from '../store/schema.ts';
import type { Target } from './targets.ts';
import { paramMeta } from './tasks.ts';

/** An uploaded file as the target of a run: it is put into a folder of the run when that starts. */
export interface UploadedFile {
  name: string;
  blob: string;
}

/** `upload:<file id>`, or `upload:<file id>#<asset>` to name what it is a state of. */
const UPLOAD = /^upload:(fil_[0-9a-f-]{36})(?:#(.{1,100}))?$/;
const ARCHIVE_ENDING = /\.(?:zip|tar|tgz|tar\.gz|tar\.zst|tzst)$/i;
/** Links and files of an archive that are named one by one. */
const MOST_TOLD = 20;
export const UNPACK_LIMITS = { members: 200_000, ratio: 250, depth: 100 };

/** The target when a parameter names an upload of the project, else null. */
export async function uploadTarget(
  db: Kysely<Database>,
  task: AnyTask,
  params: Record<string, unknown>,
  project: string,
): Promise<Target | null> {
  for (const [field, meta] of Object.entries(paramMeta(task))) {
    const value = params[field];
    if (!meta.target || (meta.kind !== 'path' && meta.kind !== 'upload')) continue;
    if (typeof value !== 'string' || !value.startsWith('upload:')) continue;
    const [, id = '', named] = UPLOAD.exec(value) ?? [];
    const row = await db
      .selectFrom('stored_file')
      .select(['name', 'blob'])
      .where('project', '=', project)
      .where('id', '=', id)
      .executeTakeFirst();
    if (!row) throw missing(field);
    const asset =
      named ?? (typeof params.asset === 'string' ? params.asset : row.name.replace(ARCHIVE_ENDING, ''));
    return {
      label: row.name,
      path: null,
      url: null,
      // Not the id: the next upload of the same project is the same asset.
      asset: { kind: 'folder', key: `upload:${asset}`, name: asset },
      upload: row,
    };
  }
  return null;
}

function missing(field: string): SentinelError {
  const message = 'expects an uploaded file of this project that is still kept';
  return new SentinelError('unreadable-target', `${field}: ${message}.`, {
    fields: [{ field, message, example: 'upload:<id of a file>' }],
  });
}

export interface PlacedUpload extends Pick<Unpacked, 'skipped' | 'unread'> {
  /** Real path of the folder or file that the run may read. */
  path: string;
}

/** Puts an upload into a folder: an archive unpacked, anything else as it is. */
export async function placeUpload(
  upload: UploadedFile,
  options: { blobs: Pick<Blobs, 'open'>; folder: string; limits: UnpackLimits; signal: AbortSignal },
): Promise<PlacedUpload> {
  const { blobs, limits, signal } = options;
  try {
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    const folder = await realpath(options.folder);
    const packed = join(folder, 'upload');
    await pipeline(Readable.from(blobs.open(upload.blob)), createWriteStream(packed, { mode: 0o600 }), {
      signal,
    });
    const content = join(folder, 'content');
    await mkdir(content, { mode: 0o700 });
    if ((await unpackableKind(packed)) === undefined) {
      const path = join(content, plainName(upload.name));
      await rename(packed, path);
      return { path, skipped: [], unread: [] };
    }
    const { skipped, unread } = await unpackToFolder(packed, content, { limits, signal });
    await rm(packed);
    return { path: content, skipped, unread };
  } catch (error) {
    throw asRefusal(error, upload.name);
  }
}

/**
 * What an archive holds and a run will not see. Links go to the log only: what they lead to inside is examined by itself. A file that
 * cannot be unpacked is a problem of the run, so that it is not taken for clean.
 */
export function leftOut(
  { skipped, unread }: PlacedUpload,
  upload: string,
): { log: string[]; problems: { type: 'problem'; at: string; code: string; message: string }[] } {
  const more = (list: readonly unknown[]) => list.length - MOST_TOLD;
  const problem = (at: string, message: string) => ({
    ...{ type: 'problem' as const, at, code: 'archive-member', message },
  });
  return {
    log: [
      ...skipped.slice(0, MOST_TOLD).map(({ path, what }) => `${path}: a ${what} is left out`),
      ...(more(skipped) > 0 ? [`${more(skipped)} more links and devices are left out`] : []),
    ],
    problems: [
      ...unread.slice(0, MOST_TOLD).map(({ path, why }) => problem(path, why)),
      ...(more(unread) > 0 ? [problem(upload, `${more(unread)} more files cannot be unpacked`)] : []),
    ],
  };
}

/** A name that is one part of a path and can be written anywhere. */
function plainName(name: string): string {
  const plain = name.replace(/[/\\\u0000-\u001f\u007f]/g, '_').slice(0, 100);
  return /^\.{0,2}$/.test(plain) ? 'file' : plain;
}

function asRefusal(error: unknown, name: string): unknown {
  if (error instanceof ArchiveProblem)
    return new SentinelError('archive-refused', `${name}: ${error.message}.`, { cause: error });
  const code = systemCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new SentinelError('disk-full', 'There is no space left to unpack the upload.', { cause: error });
  return error;
}
