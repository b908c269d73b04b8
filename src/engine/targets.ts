import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SentinelError, systemCode } from '../lib/errors.ts';
import { allows, parseScopeEntry } from '../net/scope.ts';
import type { AnyTask } from '../plugin/task.ts';
import { paramMeta } from './tasks.ts';
import type { UploadedFile } from './upload-target.ts';

const SAMPLES = fileURLToPath(new URL('../../samples', import.meta.url));

export interface Target {
  /** What the run looks at, as the user named it. */
  label: string;
  /** Real path of the file or folder, or null. */
  path: string | null;
  url: string | null;
  asset: { kind: 'folder' | 'origin'; key: string; name: string };
  /** What stands at `path` once the run has started. */
  upload?: UploadedFile;
}

export interface TargetRules {
  /** The command line reads what its user may read; over the API only samples and authorised roots. */
  local: boolean;
  dataDir: string;
  /** Authorised roots (real paths) and hosts of the project. */
  roots: readonly string[];
  hosts: readonly string[];
}

/** Finds the target among the parameters and checks that it may be examined; null when the task has none. */
export function resolveTarget(
  task: AnyTask,
  params: Record<string, unknown>,
  rules: TargetRules,
): Target | null {
  for (const [name, meta] of Object.entries(paramMeta(task))) {
    const value = params[name];
    if (!meta.target || typeof value !== 'string') continue;
    if (meta.kind === 'path' || meta.kind === 'upload') return pathTarget(name, value, rules);
    if (meta.kind === 'url') return urlTarget(name, value, rules);
  }
  return null;
}

function pathTarget(field: string, value: string, rules: TargetRules): Target {
  const sample = /^sample:([a-z0-9-]+)$/.exec(value)?.[1];
  const path = realPath(field, sample === undefined ? resolve(value) : join(SAMPLES, sample), value);
  if (sample === undefined) checkRoots(field, path, value, rules);
  const folder = statSync(path).isDirectory() ? path : dirname(path);
  return {
    label: value,
    path,
    url: null,
    asset: sample === undefined ? folderAsset(folder) : { kind: 'folder', key: value, name: value },
  };
}

function realPath(field: string, path: string, shown: string): string {
  try {
    return realpathSync(path);
  } catch (cause) {
    const code = systemCode(cause);
    const reason =
      code === 'ENOENT'
        ? 'does not exist'
        : code === 'ELOOP'
          ? 'is a loop of symbolic links'
          : code === 'EACCES'
            ? 'may not be read by this user'
            : `cannot be read (${code})`;
    throw new SentinelError('unreadable-target', `${field}: ${shown} ${reason}.`, {
      fields: [{ field, message: `expects an existing file or folder; ${shown} ${reason}`, example: '.' }],
      cause,
    });
  }
}

function checkRoots(field: string, path: string, shown: string, rules: TargetRules): void {
  const dataDir = existsSync(rules.dataDir) ? realpathSync(rules.dataDir) : rules.dataDir;
  if (isWithin(path, dataDir) || isWithin(dataDir, path)) {
    throw new SentinelError(
      'out-of-scope',
      `${field}: ${shown} holds the data folder of SentinelX, which no run may read.`,
    );
  }
  if (rules.local || rules.roots.some((root) => isWithin(path, root))) return;
  throw new SentinelError(
    'out-of-scope',
    `${field}: ${shown} is not below an authorised root. Add its folder to the scope, or use sample:shop.`,
    {
      fields: [{ field, message: 'expects a path below an authorised root', example: 'sample:shop' }],
    },
  );
}

export function isWithin(path: string, root: string): boolean {
  const rest = relative(root, path);
  return rest === '' || (!rest.startsWith(`..${sep}`) && rest !== '..' && !rest.startsWith(sep));
}

/** A git work tree is known by its origin, so that two checkouts of one repository are one asset; else the real path. */
function folderAsset(folder: string): Target['asset'] {
  for (let top = folder; ; top = dirname(top)) {
    const origin = gitOrigin(top);
    if (origin !== undefined) {
      const below = relative(top, folder).split(sep).join('/');
      return {
        kind: 'folder',
        key: `git:${origin}#${below}`,
        name: below ? `${basename(origin)}/${below}` : basename(origin),
      };
    }
    if (dirname(top) === top)
      return { kind: 'folder', key: `path:${folder}`, name: basename(folder) || folder };
  }
}

function gitOrigin(folder: string): string | undefined {
  const file = join(folder, '.git', 'config');
  try {
    const url = /\[remote "origin"\][^[]*?\burl\s*=\s*(\S+)/.exec(
      readFileSync(file, 'utf8').slice(0, 65_536),
    )?.[1];
    return url
      ?.replace(/^[a-z+]+:\/\/(?:[^@/]*@)?/, '')
      .replace(/^[^@/:]+@([^:/]+):/, '$1/')
      .replace(/\.git$/, '');
  } catch {
    return undefined;
  }
}

function urlTarget(field: string, value: string, rules: TargetRules): Target {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new SentinelError(
      'invalid-parameter',
      `${field}: expects an http or https address, for example https://example.org/.`,
      {
        fields: [{ field, message: 'expects an http or https address', example: 'https://example.org/' }],
      },
    );
  }
  if (!allows(rules.hosts.map(parseScopeEntry), url)) {
    throw new SentinelError(
      'out-of-scope',
      `${field}: ${url.host} is outside the authorised scope. Add it with 'sentinelx scope add ${url.hostname}', if you are authorised to assess it.`,
      {
        fields: [{ field, message: `${url.host} is outside the authorised scope` }],
      },
    );
  }
  return {
    label: value,
    path: null,
    url: url.href,
    asset: { kind: 'origin', key: url.origin, name: url.host },
  };
}
