import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface KnownProgram {
  name: string;
  files: readonly string[];
  use: string;
  /** Only where it exists at all. */
  platform?: NodeJS.Platform;
}

/** Programs that make more possible and are not needed. */
export const PROGRAMS: readonly KnownProgram[] = [
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

/** `program.git=yes` for each one that is there: a step may ask for it as for every other label. */
export function programLabels(path: string | undefined): Record<string, string> {
  return Object.fromEntries(
    PROGRAMS.filter((program) => findProgram(program, path) !== undefined).map(({ name }) => [
      `program.${name}`,
      'yes',
    ]),
  );
}

/** Where the program stands; `path` is the variable PATH. */
export function findProgram({ files }: KnownProgram, path: string | undefined): string | undefined {
  const folders = (path ?? '').split(delimiter).filter(Boolean);
  return files.flatMap((file) => folders.map((folder) => join(folder, file))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
