import type { Store } from '../../store/store.ts';
import { secretLines } from './webhook-signature.ts';

export type ReadSecret = (place: { project: string; name: string }) => Promise<string>;

/** Requests come often and each reading of a secret is an entry in the audit log: a value is kept so long, unless it changes. */
const KEEP_MS = 10 * 60_000;
const MOST_KEPT = 1_000;

/** The secrets that sign a hook: none when it is not stored. */
export function createWebhookSecrets(store: Store, readSecret: ReadSecret) {
  const kept = new Map<string, { stored: string; until: number; lines: readonly string[] }>();

  return async function secretsOf(project: string, name: string): Promise<readonly string[]> {
    const row = await store.db
      .selectFrom('secret')
      .select(['id', 'updated', 'nonce'])
      .where('project', '=', project)
      .where('name', '=', name)
      .executeTakeFirst();
    if (!row) return [];
    const key = JSON.stringify([project, name]);
    // The nonce of the seal is another one whenever a value is stored.
    const stored = `${row.id}:${row.updated}:${row.nonce}`;
    const known = kept.get(key);
    if (known && known.stored === stored && known.until > performance.now()) return known.lines;
    const lines = secretLines(await readSecret({ project, name }));
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(key, { stored, until: performance.now() + KEEP_MS, lines });
    return lines;
  };
}
