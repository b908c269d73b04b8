import { packIds } from '../../store/findings-index/packed-ids.ts';
import type { Store } from '../../store/store.ts';

const PAGE = 5_000;

/**
 * The sorted ids of what a run saw. A run that has ended sees nothing more: its set is kept, so that two scans of a hundred thousand
 * findings are compared without reading their occurrences. Null: an id is not of the usual shape.
 */
export async function readRunSet(
  store: Store,
  run: string,
  { keep }: { keep: boolean },
): Promise<Uint8Array | null> {
  const kept = await store.db
    .selectFrom('run_set as s')
    .leftJoin('import_receipt as i', 'i.run', 's.run')
    .select(['s.findings', 'i.undone'])
    .where('s.run', '=', run)
    .executeTakeFirst();
  // What an import saw is not there any more once it was undone.
  if (kept && kept.undone === null) return kept.findings;
  const ids = await seenBy(store, run);
  const packed = packIds(ids);
  if (packed && keep) await storeRunSet(store, run, packed);
  return packed;
}

async function storeRunSet(store: Store, run: string, findings: Uint8Array): Promise<void> {
  await store.write({ lane: 'bulk' }, async ({ tx }) => {
    await tx
      .insertInto('run_set')
      .values({ run, findings })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  });
}

async function seenBy({ db }: Store, run: string): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const page = await db
      .selectFrom('occurrence')
      .select('finding')
      .where('run', '=', run)
      .where('finding', '>', ids.at(-1) ?? '')
      .orderBy('finding')
      .limit(PAGE)
      .execute();
    for (const { finding } of page) ids.push(finding);
    if (page.length < PAGE) return ids;
  }
}
