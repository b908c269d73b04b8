import type { Selectable } from 'kysely';
import type { Database } from '../../store/schema.ts';
import type { Store, WriteContext } from '../../store/store.ts';

export type ReportRow = Selectable<Database['report']>;

/** Who is silent for so long is taken to be dead. */
export const LEASE_MS = 20_000;
const RENEW_MS = 5_000;

/** A report that nobody is at; undefined when it is done, gone, or in other hands. */
export async function takeReport(
  store: Store,
  { id, instance }: { id: string; instance: string },
): Promise<ReportRow | undefined> {
  return store.write({ lane: 'interactive', label: 'report.take' }, async ({ tx }) => {
    const now = Date.now();
    return tx
      .updateTable('report')
      .set((e) => ({ instance, lease: now + LEASE_MS, fence: e('fence', '+', 1) }))
      .where('id', '=', id)
      .where('ended', 'is', null)
      .where((e) => e.or([e('lease', 'is', null), e('lease', '<', now)]))
      .returningAll()
      .executeTakeFirst();
  });
}

/** Holds the report while the work goes on; `progress` is stored with the next renewal or after half a second. */
export function holdReport(store: Store, row: Pick<ReportRow, 'id' | 'fence'>, lost: () => void) {
  let progress: string | null = null;
  let stored: string | null = null;
  let writing: Promise<void> = Promise.resolve();
  let renewed = Date.now();
  const renew = () => {
    if (progress === stored && Date.now() - renewed < RENEW_MS) return;
    writing = writing
      .then(() =>
        store.write({ lane: 'run' }, async ({ tx }) => {
          const now = progress;
          const { numUpdatedRows } = await tx
            .updateTable('report')
            .set({ lease: Date.now() + LEASE_MS, progress: now })
            .where('id', '=', row.id)
            .where('fence', '=', row.fence)
            .where('ended', 'is', null)
            .executeTakeFirst();
          stored = now;
          renewed = Date.now();
          if (numUpdatedRows === 0n) lost();
        }),
      )
      // The lease runs out when the store stays away; until then it is tried again.
      .catch(() => undefined);
  };
  const timer = setInterval(renew, 500);
  timer.unref();
  return {
    progress(value: { phase: string; done: number; total: number }): void {
      progress = JSON.stringify(value);
    },
    async end(): Promise<void> {
      clearInterval(timer);
      await writing;
    },
  };
}

/** In the transaction of each result: false when somebody else has it, or it was removed. */
export async function stillOurs(
  { tx }: WriteContext,
  row: Pick<ReportRow, 'id' | 'fence'>,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('report')
    .set({ lease: Date.now() + LEASE_MS })
    .where('id', '=', row.id)
    .where('fence', '=', row.fence)
    .where('ended', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
