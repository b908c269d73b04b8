import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs';
import { open, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { SentinelError, systemCode } from '../../lib/errors.ts';
import type { Format } from '../globals.ts';

const ENDINGS: Record<string, Format> = {
  '.json': 'json',
  '.sarif': 'sarif',
  '.yaml': 'yaml',
  '.yml': 'yaml',
  '.txt': 'table',
};

/** The path of `--output`; a bare name goes to the folder of the configuration. Throws before anything runs when it cannot be written. */
export function checkOutput(file: string, directory: string | undefined): string {
  const bare = basename(file) === file && file !== '.' && file !== '..';
  const path = resolve(bare && directory !== undefined ? join(directory, file) : file);
  const folder = dirname(path);
  const refuse = (reason: string, cause?: unknown) =>
    new SentinelError('output-unwritable', `--output: ${reason}.`, { cause });
  if (!existsSync(folder)) throw refuse(`the folder ${folder} does not exist`);
  if (!statSync(folder).isDirectory()) throw refuse(`${folder} is not a folder`);
  if (existsSync(path) && statSync(path).isDirectory())
    throw refuse(`${path} is a folder; name a file in it`);
  try {
    accessSync(isSpecial(path) ? path : folder, constants.W_OK);
  } catch (cause) {
    throw refuse(`${folder} may not be written by this user`, cause);
  }
  return path;
}

export function formatOfEnding(path: string): Format | undefined {
  return ENDINGS[extname(path).toLowerCase()];
}

/** The old file stays whole until the new one is: written beside it, then renamed. */
export async function writeOutput(path: string, text: string): Promise<void> {
  if (isSpecial(path)) return writeFile(path, text);
  const target = existsSync(path) ? realpathSync(path) : path;
  const part = join(dirname(target), `.${basename(target)}.${process.pid}.part`);
  try {
    const handle = await open(part, 'w');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, target);
  } catch (cause) {
    await rm(part, { force: true });
    const full = systemCode(cause) === 'ENOSPC';
    throw new SentinelError(
      full ? 'disk-full' : 'output-unwritable',
      `--output: ${path} cannot be written (${systemCode(cause) ?? 'unknown reason'}). The findings are kept: 'sentinelx runs show last'.`,
      { cause },
    );
  }
}

/** A pipe or /dev/stdout is written as it is. */
function isSpecial(path: string): boolean {
  return existsSync(path) && !statSync(path).isFile();
}
