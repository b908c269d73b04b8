import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { loadTask } from '../../tasks.ts';
import { bundle } from './bundle.ts';
import { type Manifest, manifestFile, readManifest } from './manifest.ts';
import { packFile } from './pack-file.ts';
import { warmUp } from './warm-up.ts';

/** A build takes about a second: who holds the lock for so long is dead, or has failed and need not be tried again at once. */
const LOCK_MS = 60_000;
const UNUSED_MS = 30 * 24 * 3600_000;

/** Packs the program of one task into the folder; does nothing while somebody else does. */
export async function buildPack(task: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const lock = join(folder, `${task}.lock`);
  if (!takeLock(lock)) return;
  const { program, inputs } = await bundle(task);
  const bytes = packFile(
    program,
    await codeCache(task, join(folder, `${task}.${process.pid}.cold`), program),
  );
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const file = `${task}-${sha256.slice(0, 16)}.pack`;
  writeWhole(join(folder, file), bytes);
  const before = readManifest(folder, task)?.file;
  writeWhole(manifestFile(folder, task), JSON.stringify({ file, sha256, inputs } satisfies Manifest));
  removeOld(folder, { task, keep: [file, before] });
  removeUnused(dirname(folder));
  rmSync(lock, { force: true });
}

async function codeCache(task: string, cold: string, program: string): Promise<Uint8Array> {
  try {
    writeFileSync(cold, packFile(program, new Uint8Array()));
    return await warmUp(await loadTask(task), cold);
  } finally {
    rmSync(cold, { force: true });
  }
}

function takeLock(lock: string): boolean {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      closeSync(openSync(lock, 'wx'));
      return true;
    } catch {
      const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0);
      if (age < LOCK_MS) return false;
      rmSync(lock, { force: true });
    }
  }
  return false;
}

function writeWhole(path: string, content: string | Buffer): void {
  const temporary = `${path}.${process.pid}.tmp`;
  // Nobody else may change what our runs execute, whatever the umask.
  writeFileSync(temporary, content, { mode: 0o644 });
  renameSync(temporary, path);
}

/** A server that began with the pack before this one still starts processes from it. */
function removeOld(folder: string, { task, keep }: { task: string; keep: (string | undefined)[] }): void {
  for (const name of readdirSync(folder)) {
    const ours = name.endsWith('.pack') && basename(name).replace(/-[0-9a-f]{16}\.pack$/, '') === task;
    if (ours && !keep.includes(name)) rmSync(join(folder, name), { force: true });
  }
}

/** Packs of other versions of Node: in a folder beside, which nobody has built into for a month. */
function removeUnused(parent: string): void {
  for (const { name } of readdirSync(parent, { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  )) {
    const folder = join(parent, name);
    const keyed = /^[0-9a-f]{16}$/.test(name);
    if (keyed && Date.now() - statSync(folder).mtimeMs > UNUSED_MS)
      rmSync(folder, { recursive: true, force: true });
  }
}
