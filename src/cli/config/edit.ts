import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configFilePath, environment } from '../../config.ts';
import { SentinelError } from '../../lib/errors.ts';
import type { GlobalOptions } from '../globals.ts';
import { print } from '../print.ts';
import { readText, replaceConfig } from './file-edit.ts';
import { configTemplate } from './init.ts';

/** Opens a copy in $VISUAL or $EDITOR; it takes the place of the file when it is valid, else it is kept for another try. */
export async function editCommand(options: GlobalOptions): Promise<void> {
  const file = configFilePath(options.config);
  const folder = mkdtempSync(join(tmpdir(), 'sentinelx-config-'));
  const copy = join(folder, 'config.yaml');
  if (existsSync(file)) copyFileSync(file, copy);
  else writeFileSync(copy, configTemplate(), { mode: 0o600 });
  const before = readText(copy);
  await openEditor(copy);
  const after = readText(copy);
  if (after === before) {
    rmSync(folder, { recursive: true });
    print({ file, changed: false }, options, () => 'nothing was changed');
    return;
  }
  try {
    replaceConfig(file, after);
  } catch (error) {
    if (error instanceof SentinelError)
      throw new SentinelError(
        error.code,
        `${error.message}\nThe file is as it was; what you wrote is in ${copy}.`,
        { cause: error },
      );
    throw error;
  }
  rmSync(folder, { recursive: true });
  print({ file, changed: true }, options, ({ c }) => `${c.green('valid')}: ${file} is changed`);
}

function openEditor(file: string): Promise<void> {
  const env = environment();
  const editor = env.VISUAL || env.EDITOR || 'vi';
  const [program = 'vi', ...args] = editor.split(/\s+/).filter(Boolean);
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args, file], { stdio: 'inherit' });
    child.once('error', (cause) =>
      reject(
        new SentinelError(
          'wrong-usage',
          `The editor '${program}' does not start. Set EDITOR to one that does.`,
          { cause },
        ),
      ),
    );
    child.once('exit', (code) =>
      code === 0
        ? resolve()
        : reject(
            new SentinelError(
              'wrong-usage',
              `The editor ended with ${code ?? 'a signal'}; nothing was changed.`,
            ),
          ),
    );
  });
}
