import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Transaction } from 'kysely';
import type { Database } from './schema.ts';

/**
 * The epoch of the event log. A machine that went down without closing the store may have lost its last commits
 * (synchronous NORMAL), so that a cursor could name events that never were: then the epoch changes.
 */
export async function enterEpoch(tx: Transaction<Database>, dialect: 'sqlite' | 'postgres'): Promise<string> {
  const rows = await tx
    .selectFrom('meta')
    .selectAll()
    .where('key', 'in', ['epoch', 'boot', 'clean'])
    .execute();
  const meta = Object.fromEntries(rows.map((row) => [row.key, row.value]));
  const boot = bootId();
  const lost = dialect === 'sqlite' && meta.epoch !== undefined && meta.clean !== '1' && meta.boot !== boot;
  const epoch = meta.epoch === undefined || lost ? randomBytes(4).toString('hex') : meta.epoch;
  for (const [key, value] of Object.entries({ epoch, boot, clean: '0' })) await setMeta(tx, key, value);
  return epoch;
}

export async function setMeta(tx: Transaction<Database>, key: string, value: string): Promise<void> {
  await tx
    .insertInto('meta')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // Elsewhere a boot cannot be told from the one before, and an unclean end counts as a power loss.
    return `unknown-${process.pid}-${Date.now()}`;
  }
}
