import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import * as z from 'zod';
import { SentinelError, systemCode } from '../../lib/errors.ts';
import { isLocalPath, pathParameters } from '../local-paths.ts';
import { mediaTypeOf } from '../media-type.ts';
import { operationOf } from '../operation-commands/resolve.ts';
import type { LocalFile, Session } from '../session.ts';
import { type TarReport, tarFolder } from './tar-folder.ts';

/** A path that is right here means nothing on another machine: the way out is named. */
export function withUploadAdvice(error: unknown, session: Session): unknown {
  const { place } = session;
  if (place.kind === 'embedded' || place.own || !(error instanceof SentinelError)) return error;
  if (error.code !== 'out-of-scope' && error.code !== 'unreadable-target') return error;
  if (!error.fields.some(({ message }) => /\bpath\b|file or folder/.test(message))) return error;
  return new SentinelError(
    error.code,
    `${error.message}\nThe server at ${place.url} looks for the path on its own machine. To send what is on this one: 'sentinelx run … --upload'.`,
    { fields: error.fields, cause: error },
  );
}

/** What an upload answers: `target` is what a parameter takes for it. */
const Uploaded = z.object({ target: z.string() });

/** Sends the files and folders that parameters name, and puts the uploads in their place. */
export async function uploadPaths(
  session: Session,
  task: string,
  params: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const names = (await pathParameters(session, task)).filter((name) => isLocalPath(params[name]));
  if (names.length === 0)
    throw new SentinelError('wrong-usage', `--upload: no parameter of ${task} names a file or folder here.`);
  const sent = { ...params };
  for (const name of names) sent[name] = await send(session, name, resolve(String(params[name])));
  return sent;
}

async function send(session: Session, field: string, path: string): Promise<string> {
  const found = await stat(path).catch((cause: unknown) => {
    const reason =
      systemCode(cause) === 'ENOENT' ? 'does not exist' : `cannot be read (${systemCode(cause)})`;
    throw new SentinelError('unreadable-target', `${field}: ${path} ${reason}.`, { cause });
  });
  const operation = await operationOf('files.upload');
  const upload = async (file: LocalFile) => Uploaded.parse(await session.upload(operation, {}, file)).target;
  if (!found.isDirectory()) return upload({ name: basename(path), mediaType: mediaTypeOf(path), path });
  await using packed = await packFolder(path);
  return upload(packed.file);
}

/** The folder as one archive in a place that is ours alone, gone afterwards. */
async function packFolder(folder: string): Promise<{ file: LocalFile } & AsyncDisposable> {
  const place = await mkdtemp(join(tmpdir(), 'sentinelx-upload-'));
  const dispose = () => rm(place, { recursive: true, force: true });
  try {
    const path = join(place, 'upload.tar.gz');
    const report: TarReport = { files: 0, skipped: 0 };
    await pipeline(
      Readable.from(tarFolder(folder, report)),
      createGzip({ level: 1 }),
      createWriteStream(path, { mode: 0o600 }),
    );
    if (report.skipped > 0)
      process.stderr.write(`left out of the upload: ${report.skipped} links and special files\n`);
    const name = `${basename(folder) || 'folder'}.tar.gz`;
    return {
      file: { name, mediaType: 'application/gzip', path },
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    const code = systemCode(error);
    if (code === undefined) throw error;
    throw new SentinelError(
      code === 'ENOSPC' ? 'disk-full' : 'unreadable-target',
      `${folder} cannot be packed for the upload (${code}).`,
      { cause: error },
    );
  }
}
