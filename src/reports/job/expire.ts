import type { Store, WriteContext } from '../../store/store.ts';

const BATCH = 50;

/** Takes away reports past their time. Their blobs go with the next sweep of what nothing names. */
export async function expireReports(store: Store, now: number): Promise<number> {
  let count = 0;
  for (;;) {
    const removed = await store.write({ lane: 'bulk' }, async (write) => {
      const rows = await write.tx
        .selectFrom('report')
        .select(['id', 'project', 'title'])
        .where('expires', '<=', now)
        .where('ended', 'is not', null)
        .limit(BATCH)
        .execute();
      for (const row of rows) await removeReport(write, row, { actor: 'system', reason: 'expired' });
      return rows.length;
    });
    count += removed;
    if (removed < BATCH) return count;
  }
}

/** The report with its files, its links and who looked at them. */
export async function removeReport(
  { tx, emit }: WriteContext,
  row: { id: string; project: string; title: string },
  by: { actor: string; reason: 'removed' | 'expired' },
): Promise<void> {
  const shares = tx.selectFrom('report_share').select('id').where('report', '=', row.id);
  await tx.deleteFrom('report_access').where('share', 'in', shares).execute();
  await tx.deleteFrom('report_share').where('report', '=', row.id).execute();
  await tx.deleteFrom('report_file').where('report', '=', row.id).execute();
  await tx.deleteFrom('report').where('id', '=', row.id).execute();
  emit({
    type: 'report.removed',
    project: row.project,
    actor: by.actor,
    subject: row.id,
    data: { title: row.title, reason: by.reason },
  });
}
