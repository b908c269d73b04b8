import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { loadConfig } from '../../config.ts';
import { SentinelError, systemCode } from '../../lib/errors.ts';

/** The text of the file, empty when there is none. */
export function readText(path: string): string {
  try {
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  } catch (cause) {
    throw new SentinelError(
      'invalid-config',
      `${path} cannot be read (${systemCode(cause) ?? 'unknown reason'}).`,
      { cause },
    );
  }
}

/** Writes it beside the old file, checks it there, and only then puts it in its place: a broken file never gets there. */
export function replaceConfig(path: string, text: string): void {
  const part = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(part, text, { mode: 0o600 });
    chmodSync(part, 0o600);
  } catch (cause) {
    throw new SentinelError(
      'output-unwritable',
      `${path} cannot be written (${systemCode(cause) ?? 'unknown reason'}).`,
      { cause },
    );
  }
  try {
    loadConfig({ file: part, env: {} });
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    if (error instanceof SentinelError)
      throw new SentinelError(error.code, error.message.replaceAll(part, path), {
        fields: error.fields,
        cause: error,
      });
    throw error;
  }
}
