import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SentinelError, systemCode } from '../../lib/errors.ts';
import type { AnyOperation } from '../../operations/operation.ts';
import { configOf } from '../globals.ts';
import { mediaTypeOf } from '../media-type.ts';
import { readPages } from '../pages.ts';
import { print } from '../print.ts';
import { checkOutput } from '../run/output-file.ts';
import { type ProjectOptions, type Session, withSession } from '../session.ts';
import { argumentsOf } from './add.ts';
import type { OperationEntry } from './entry.ts';
import { type Options, readInput } from './input.ts';
import { operationOf, resolvePath } from './resolve.ts';
import { readable } from './show.ts';
import { SPECIAL } from './special.ts';

type RunOptions = ProjectOptions & Options & { output?: string; all?: boolean };

/** Does what the command of an operation says, wherever the session works, and prints what comes back. */
export async function runOperation(
  entry: OperationEntry,
  args: readonly string[],
  options: RunOptions,
): Promise<void> {
  const words = Object.fromEntries(
    argumentsOf(entry).flatMap((field, index) => {
      const word = args[index];
      return word === undefined ? [] : [[field.name, word]];
    }),
  );
  const { query, body } = await readInput(entry, words, options);
  const operation = await operationOf(entry.operation);
  const output =
    entry.download && options.output !== undefined
      ? checkOutput(options.output, configOf(options).config.output.directory)
      : undefined;
  // An operation with a project of its own means that one, and works in the usual one.
  const { project, ...everywhere } = options;
  const own = entry.fields.some((field) => field.name === 'project' && field.in !== 'path');
  await withSession(own || project === undefined ? everywhere : options, async (session) => {
    const path = await resolvePath(session, entry, words);
    const input = { path, query, ...(body === undefined ? {} : { body }) };
    if (entry.download) return saveDownload(session, operation, input, output);
    if (entry.upload) {
      const result = await send(session, operation, input, args.at(-1) ?? '');
      SPECIAL[entry.operation]?.exit?.(result);
      return print(result, options, (terminal) => readable(terminal, entry, result));
    }
    const answer = options.all
      ? await readPages(
          (cursor) =>
            session.call(operation, {
              ...input,
              query: { ...query, limit: PAGE, ...(cursor ? { cursor } : {}) },
            } as never) as Promise<{ items: unknown[]; nextCursor: string | null }>,
          { all: true, cursor: typeof query.cursor === 'string' ? query.cursor : undefined },
        )
      : await session.call(operation, input);
    const result = (await SPECIAL[entry.operation]?.follow?.(session, answer)) ?? answer;
    SPECIAL[entry.operation]?.exit?.(result);
    print(result, options, (terminal) => readable(terminal, entry, result));
  });
}

/** As much as a list gives at once. */
const PAGE = 1000;

/** Into a file, or to the standard output; one that breaks off is an error. */
export async function saveDownload(
  session: Session,
  operation: AnyOperation,
  input: object,
  output: string | undefined,
): Promise<void> {
  const { content } = await session.download(operation, input);
  if (output === undefined) {
    const toOutput = new Writable({
      write: (chunk: Buffer, _encoding, done) => void process.stdout.write(chunk, () => done()),
    });
    return pipeline(Readable.from(content), toOutput);
  }
  try {
    await pipeline(Readable.from(content), createWriteStream(output, { mode: 0o600 }));
  } catch (cause) {
    // What broke off must not look like the whole; a device stays.
    if ((await stat(output).catch(() => undefined))?.isFile()) await rm(output, { force: true });
    if (cause instanceof SentinelError) throw cause;
    throw new SentinelError(
      systemCode(cause) === 'ENOSPC' ? 'disk-full' : 'output-unwritable',
      `--output: ${output} cannot be written (${systemCode(cause) ?? 'unknown reason'}).`,
      { cause },
    );
  }
  process.stderr.write(`written to ${output}\n`);
}

async function send(
  session: Session,
  operation: AnyOperation,
  input: object,
  file: string,
): Promise<unknown> {
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) throw new SentinelError('wrong-usage', `${file} is not a file.`);
  return session.upload(operation, input, {
    name: basename(file),
    mediaType: mediaTypeOf(file),
    path: file,
  });
}
