import type { Look } from './look.ts';
import type { OwnTask } from './own-task.ts';
import type { TreeFile } from './tree.ts';

/** Row of the table `plugin`. `approved` is 0 for one that was refused. */
export interface Approval {
  id: string;
  source: string;
  hash: string;
  approved: number;
  actor: string;
}

export function allows(approval: Approval, hash: string): boolean {
  return approval.approved > 0 && approval.hash === hash;
}

export const PLUGIN_STATES = ['new', 'allowed', 'changed', 'refused', 'broken', 'missing'] as const;
export type PluginState = (typeof PLUGIN_STATES)[number];

export interface Change {
  path: string;
  change: 'added' | 'removed' | 'changed';
}

export interface Plugin {
  id: string;
  source: 'folder' | 'npm';
  name: string | null;
  version: string | null;
  state: PluginState;
  /** Of what is there now. */
  hash: string | null;
  allowed: { hash: string; at: number; by: string } | null;
  problem: { at: string; message: string } | null;
  /** Since it was allowed. */
  changes: Change[];
  files: readonly TreeFile[];
  /** What it declares; runs only when it is allowed. */
  tasks: OwnTask[];
}

export function stateOf(look: Look, approval: Approval | undefined): Plugin {
  const hash = look.tree?.hash ?? null;
  const allowed =
    approval && approval.approved > 0
      ? { hash: approval.hash, at: approval.approved, by: approval.actor }
      : null;
  return {
    id: look.place.id,
    source: look.place.source,
    name: look.manifest?.name ?? null,
    version: look.manifest?.version ?? null,
    state: nameOf(look, {
      hash,
      allowed: allowed?.hash,
      refused: approval?.approved === 0 ? approval.hash : null,
    }),
    hash,
    allowed,
    problem: look.missing ? { at: '', message: missingText(look) } : (look.problem ?? null),
    changes: [],
    files: look.tree?.files ?? [],
    tasks: look.tasks ?? [],
  };
}

function nameOf(
  look: Look,
  { hash, allowed, refused }: { hash: string | null; allowed: string | undefined; refused: string | null },
): PluginState {
  if (look.missing) return 'missing';
  if (look.problem) return 'broken';
  if (allowed !== undefined) return allowed === hash ? 'allowed' : 'changed';
  return refused === hash ? 'refused' : 'new';
}

function missingText({ place }: Look): string {
  if (place.source === 'folder') return 'its folder is gone';
  const name = place.id.replace(/^npm:/, '');
  return place.folder === ''
    ? 'is not named in the configuration any more (plugins)'
    : `the package is not installed: npm install --install-links --prefix DATA_DIR/plugins ${name}`;
}

export function changesBetween(before: readonly TreeFile[], after: readonly TreeFile[]): Change[] {
  const old = new Map(before.map((file) => [file.path, file.sha256]));
  const now = new Map(after.map((file) => [file.path, file.sha256]));
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((path): Change[] => {
    if (!now.has(path)) return [{ path, change: 'removed' }];
    if (!old.has(path)) return [{ path, change: 'added' }];
    return old.get(path) === now.get(path) ? [] : [{ path, change: 'changed' }];
  });
}
