import type { Store, WriteContext } from './store.ts';

export interface Cursor {
  epoch: string;
  seq: number;
}

/** Where a reader of the log is, in the store: whoever moves it from where it was has the events up to there. */
export function createCursor(store: Store, reader: string) {
  async function read(): Promise<Cursor> {
    const row = await store.db
      .selectFrom('reader_cursor')
      .select(['epoch', 'seq'])
      .where('reader', '=', reader)
      .executeTakeFirst();
    return row ? { epoch: row.epoch, seq: Number(row.seq) } : begin();
  }

  /** A reader that is new begins with the log: a process may have died between the first event for it and its first look. */
  async function begin(): Promise<Cursor> {
    await store.write({ lane: 'run' }, ({ tx }) =>
      tx
        .insertInto('reader_cursor')
        .values({ reader, epoch: store.epoch, seq: 0, updated: Date.now() })
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
    );
    return read();
  }

  /**
   * False when somebody else has moved it. The cursor is of the same database as the log, and was lost or restored together with
   * it: another epoch says nothing here, and is noted as it is now.
   */
  async function move({ tx }: WriteContext, from: Cursor, seq: number): Promise<boolean> {
    const { numUpdatedRows } = await tx
      .updateTable('reader_cursor')
      .set({ epoch: store.epoch, seq, updated: Date.now() })
      .where('reader', '=', reader)
      .where('epoch', '=', from.epoch)
      .where('seq', '=', from.seq)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  return {
    read,
    move,
    note: (from: Cursor, seq: number) => store.write({ lane: 'bulk' }, (context) => move(context, from, seq)),
  };
}
