import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '../store/store.ts';
import { head, INSTANCE } from './audit.ts';
import { ANCHOR_FILE } from './audit-check.ts';

/** An anchor at the latest after so many entries. */
const EVERY = 50;

export type AuditAnchor = ReturnType<typeof openAuditAnchor>;

/**
 * Writes the head of the chain to a file outside of the database, and as an event that goes to the SIEM: whoever cuts the
 * tail of the log would have to change these too. Called after commits; `close` anchors what is left.
 */
export function openAuditAnchor(store: Store, dataDir: string) {
  let anchored = 0;
  let working: Promise<void> | undefined;

  async function anchor(least: number): Promise<void> {
    const last = await head(store.db);
    if (!last || last.seq < anchored + least) return;
    const file = await open(join(dataDir, ANCHOR_FILE), 'a', 0o600);
    try {
      await file.appendFile(`${JSON.stringify({ seq: last.seq, mac: last.mac, time: Date.now() })}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    anchored = last.seq;
    await store.write({ lane: 'run' }, async ({ emit }) =>
      emit({
        type: 'audit.anchored',
        project: INSTANCE,
        actor: 'system',
        subject: `audit:${last.seq}`,
        data: { seq: last.seq, mac: last.mac },
      }),
    );
  }

  /** After an entry was stored; does nothing most of the time. */
  function stored(seq: number): void {
    if (seq - anchored < EVERY || working) return;
    working = anchor(EVERY)
      .catch(() => undefined)
      .finally(() => {
        working = undefined;
      });
  }

  return {
    stored,
    async close() {
      await working;
      await anchor(1).catch(() => undefined);
    },
  };
}
