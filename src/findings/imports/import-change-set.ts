import { newId } from '../../lib/ids.ts';

interface ImportChangeSet {
  project: string;
  actor: string;
  run: string;
  status: 'running' | 'done';
}

/** The row of what an import changes; it has changed nothing yet. */
export function importChangeSet({ status, ...of }: ImportChangeSet) {
  const created = Date.now();
  return {
    id: newId('chg'),
    ...of,
    kind: 'import',
    created,
    ended: status === 'done' ? created : null,
    status,
    query: null,
    action: '{}',
    total: 0,
    done: 0,
    changed: 0,
    skipped: '[]',
    error: null,
    undone: null,
    undone_by: null,
  };
}
