import type Sqlite from 'better-sqlite3';
import { grown, type Numbers, numberOf, type State, slotOf } from './projection.ts';

type Row = [finding: string, kind: string, value: string];

/** What findings refer to (CVE, CWE …), by the set of all that one of them has; read when the first query asks for it. */
export interface References {
  /** By slot the number of its set. */
  readonly column: Uint32Array;
  /** By number of a set. */
  readonly sets: readonly (readonly [kind: string, value: string])[][];
  changed(slot: number): void;
  goneFrom(rowid: number): void;
  refresh(): void;
}

export function loadReferences(db: Sqlite.Database, state: State): References {
  const newest = db.prepare<[], number>('select coalesce(max(rowid), 0) from finding_ref').pluck();
  const added = db
    .prepare<[number], string>('select distinct finding from finding_ref where rowid > ?')
    .pluck();
  const rowidOf = db.prepare<[string], number>('select rowid from finding where id = ?').pluck();
  const ofFinding = db
    .prepare<[string], Row>(
      'select finding, kind, value from finding_ref where finding = ? order by kind, value',
    )
    .raw();
  const numbers: Numbers = { of: new Map([['', 0]]), names: [''] };
  const sets: [string, string][][] = [[]];
  let column = new Uint32Array(state.rowids.length);
  let watermark = newest.get() as number;

  const setNumber = (set: [string, string][]): number => {
    const number = numberOf(numbers, JSON.stringify(set));
    if (number === sets.length) sets.push(set);
    return number;
  };
  const slotOfId = (id: string, near: number): number => {
    if (near >= 0 && near < state.size && state.ids.comparer(id)(near) === 0) return near;
    const rowid = rowidOf.get(id);
    return rowid === undefined ? -1 : slotOf(state, rowid);
  };

  let slot = -1;
  let finding: string | undefined;
  let set: [string, string][] = [];
  const store = () => {
    if (finding === undefined) return;
    // Both are nearly in the order of their ids.
    const found = slotOfId(finding, slot + 1);
    if (found >= 0) {
      slot = found;
      column[slot] = setNumber(set);
    }
  };
  const all = db
    .prepare<[], Row>('select finding, kind, value from finding_ref order by finding, kind, value')
    .raw();
  for (const [id, kind, value] of all.iterate()) {
    if (id !== finding) {
      store();
      finding = id;
      set = [];
    }
    set.push([kind, value]);
  }
  store();

  const changed = (at: number) => {
    if (at >= column.length) column = grown(column, state.rowids.length);
    const rows = ofFinding.all(state.ids.get(at));
    column[at] = setNumber(rows.map(([, kind, value]) => [kind, value]));
  };

  return {
    get column() {
      return column;
    },
    sets,
    changed,
    goneFrom(rowid) {
      watermark = Math.min(watermark, rowid - 1);
    },
    refresh() {
      if (state.rowids.length > column.length) column = grown(column, state.rowids.length);
      const now = newest.get() as number;
      if (now <= watermark) return;
      for (const id of added.all(watermark)) {
        const at = slotOfId(id, -1);
        if (at >= 0) changed(at);
      }
      watermark = now;
    },
  };
}
