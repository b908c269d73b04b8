import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import * as z from 'zod';
import { PluginProblem } from './plugin-problem.ts';

/** What is used of the `package.json` of a plug-in. */
const PackageJson = z.object({
  name: z.string().min(1).max(214),
  version: z.string().min(1).max(100),
  type: z.literal('module', { error: 'expects "module"' }),
  sentinelx: z.object({ tasks: z.array(z.string().min(1).max(300)).min(1).max(50) }).optional(),
  exports: z.unknown().optional(),
});

export interface Manifest {
  name: string;
  version: string;
  /** Files with one task each, relative with `/`. */
  tasks: string[];
}

const MODULE = /\.(?:ts|mts|js|mjs)$/;
const FILE = 'package.json';

/** Reads the manifest of a plug-in whose files are `files`; throws what is wrong with it. */
export async function readManifest(folder: string, files: ReadonlySet<string>): Promise<Manifest> {
  if (!files.has(FILE)) throw new PluginProblem(FILE, 'is missing');
  const parsed = PackageJson.safeParse(await readJson(join(folder, FILE)));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new PluginProblem(FILE, `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'cannot be read'}`);
  }
  const { name, version, sentinelx, exports } = parsed.data;
  const main = mainOf(exports);
  const named = sentinelx?.tasks ?? (main === undefined ? [] : [main]);
  if (named.length === 0)
    throw new PluginProblem(FILE, 'names no task: "sentinelx": { "tasks": ["./index.ts"] }');
  return { name, version, tasks: [...new Set(named.map((path) => entryOf(path, files)))] };
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new PluginProblem(FILE, 'is not JSON', cause);
  }
}

/** `exports` as a string, or what stands at `.` with the conditions of an import. */
function mainOf(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports;
  if (typeof exports !== 'object' || exports === null) return undefined;
  const at = exports as Record<string, unknown>;
  for (const key of ['.', 'node', 'import', 'default']) if (key in at) return mainOf(at[key]);
  return undefined;
}

function entryOf(named: string, files: ReadonlySet<string>): string {
  const path = posix.normalize(named);
  if (path.startsWith('../') || posix.isAbsolute(path))
    throw new PluginProblem(FILE, `names ${named}, which is outside of the folder`);
  if (!MODULE.test(path))
    throw new PluginProblem(FILE, `names ${named}, which is not a .ts, .mts, .js or .mjs file`);
  if (!files.has(path)) throw new PluginProblem(FILE, `names ${named}, which does not exist`);
  return path;
}
