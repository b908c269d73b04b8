import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { environment } from '../../config.ts';
import { type Check, ok, warn } from './check.ts';

interface Program {
  name: string;
  files: readonly string[];
  use: string;
  /** Only where it exists at all. */
  platform?: NodeJS.Platform;
}

const PROGRAMS: readonly Program[] = [
  {
    name: 'bwrap',
    files: ['bwrap'],
    use: 'external programs are confined to their target',
    platform: 'linux',
  },
  {
    name: 'chromium',
    files: ['chromium', 'chromium-browser', 'google-chrome', 'chrome'],
    use: 'web pages can be examined in a real browser',
  },
  { name: 'git', files: ['git'], use: 'repositories can be cloned' },
];

/** Programs that make more possible and are not needed. */
export function checkPrograms(): Check[] {
  return PROGRAMS.filter(({ platform }) => platform === undefined || platform === process.platform).map(
    ({ name, files, use }) => {
      const found = files.map(findProgram).find((path) => path !== undefined);
      return found === undefined
        ? warn(name, 'not found (optional)', `Install it so that ${use}.`)
        : ok(name, found);
    },
  );
}

function findProgram(name: string): string | undefined {
  return (environment().PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return existsSync(path) && statSync(path).isFile();
  } catch {
    return false;
  }
}
