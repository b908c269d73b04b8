import type Sqlite from 'better-sqlite3';
import { findingIds } from './finding-ids.ts';
import { loadReferences, type References } from './references.ts';
import { textDictionary } from './text-dictionary.ts';
import { CLOCK_SQL, clockNumber, clockTable, WORK_SQL, workNumber, workTable } from './work.ts';

const SEPARATOR = '\0';
export const GROUP_FIELDS = [
  'project',
  'asset',
  'task',
  'rule',
  'title',
  'severity',
  'severity_rank',
  'confidence',
  'status',
] as const;
const SELECT = `select rowid, id, ${GROUP_FIELDS.join(' || char(0) || ')}, first_seen || ' ' || first_run, last_seen || ' ' || last_run,
  place, message, ${WORK_SQL}, ${CLOCK_SQL} from finding`;

export type GroupField = (typeof GROUP_FIELDS)[number];

export type RowColumn = 'group' | 'first' | 'last' | 'place' | 'message' | 'work' | 'clock';
const ROW_COLUMNS: readonly RowColumn[] = ['group', 'first', 'last', 'place', 'message', 'work', 'clock'];

type Row = [
  rowid: number,
  id: string,
  group: string,
  first: string,
  last: string,
  place: string,
  message: string,
  work: string,
  clock: string,
];

/** Numbers of texts, from 0 in the order of their arrival. */
export interface Numbers {
  of: Map<string, number>;
  names: string[];
}

/**
 * What lists and counts need of every finding, 48 bytes each: its row, its id and the numbers of what it shares with others. What
 * many findings have in common (a group: project, asset, rule, status …; a moment: time and run) is looked at once per
 * query, however many findings have it.
 */
export function openProjection(db: Sqlite.Database) {
  const statements = {
    from: db.prepare<[number], Row>(`${SELECT} where rowid > ? order by rowid`).raw(),
    one: db.prepare<[number], Row>(`${SELECT} where rowid = ?`).raw(),
    newest: db.prepare('select coalesce(max(rowid), 0) from finding').pluck(),
    firstChange: db.prepare('select coalesce(min(seq), 0) from finding_change').pluck(),
    lastChange: db.prepare('select coalesce(max(seq), 0) from finding_change').pluck(),
    changes: db
      .prepare<[number], number>('select distinct finding from finding_change where seq > ?')
      .pluck(),
    count: db.prepare<[], number>('select count(*) from finding').pluck(),
  };
  let state: State | undefined;

  return {
    get state(): State {
      if (!state) throw new Error('The index is used before it was refreshed.');
      return state;
    },
    get loaded(): boolean {
      return state !== undefined;
    },
    /** To be called inside of the read transaction of the query. */
    refresh(): void {
      const lastChange = statements.lastChange.get() as number;
      const firstChange = statements.firstChange.get() as number;
      const lost = state && (lastChange < state.change || firstChange > state.change + 1);
      if (!state || lost || tooOld(state)) {
        state = emptyState(statements.count.get() as number);
        state.change = lastChange;
      }
      if (lastChange > state.change) {
        for (const rowid of statements.changes.all(state.change)) readAgain(state, rowid);
        state.change = lastChange;
      }
      if ((statements.newest.get() as number) > state.newest)
        for (const row of statements.from.iterate(state.newest)) append(state, row);
      state.references?.refresh();
    },
    references(): References {
      const loaded = (state as State).references ?? loadReferences(db, state as State);
      (state as State).references = loaded;
      return loaded;
    },
  };

  /** A negative number stands for a row of `finding_ref` that is gone, whose number may be given again. */
  function readAgain(into: State, rowid: number): void {
    if (rowid < 0) {
      into.references?.goneFrom(-rowid);
      return;
    }
    const slot = slotOf(into, rowid);
    if (slot < 0) return;
    const row = statements.one.get(rowid);
    if (row) put(into, slot, row);
    else into.columns.group[slot] = GONE;
    into.references?.changed(slot);
  }
}

export type Projection = ReturnType<typeof openProjection>;
export type State = ReturnType<typeof emptyState>;

/** The group of what was deleted; it belongs to no project. */
const GONE = 0;

function emptyState(expected: number) {
  const capacity = Math.ceil(expected * 1.05) + 1_024;
  const fields = Object.fromEntries(GROUP_FIELDS.map((name) => [name, [0]])) as Record<GroupField, number[]>;
  const names = Object.fromEntries(
    GROUP_FIELDS.map((name) => [name, { of: new Map([['', 0]]), names: [''] }]),
  ) as Record<GroupField, Numbers>;
  return {
    /** Newest row of `finding`, and newest change, that are here. */
    newest: 0,
    change: 0,
    size: 0,
    rowids: new Uint32Array(capacity),
    ids: findingIds(),
    columns: Object.fromEntries(ROW_COLUMNS.map((name) => [name, new Uint32Array(capacity)])) as Record<
      RowColumn,
      Uint32Array<ArrayBuffer>
    >,
    groups: { of: new Map<string, number>(), size: 1, fields, names },
    moments: { of: new Map<string, number>(), times: [] as number[], runs: [] as number[] },
    runs: { of: new Map<string, number>(), names: [] as string[] } as Numbers,
    places: textDictionary(),
    messages: textDictionary(),
    titles: textDictionary(),
    work: workTable(),
    clocks: clockTable(),
    /** By number of the group: the number of its title among the folded ones. */
    titleOf: [0],
    references: undefined as References | undefined,
    /** Of the answer that is made. */
    bits: new Uint32Array(0),
  };
}

/** Texts and groups that nothing uses any more are dropped by starting anew. */
function tooOld(state: State): boolean {
  const most = 2 * state.size + 100_000;
  const { messages, places, groups, work, clocks } = state;
  return [messages.size, places.size, groups.size, work.of.size, clocks.of.size].some((size) => size > most);
}

function append(state: State, row: Row): void {
  if (row[0] > 0xffffffff) throw new Error('A row number of the findings has more than 32 bits.');
  if (state.size >= state.rowids.length) {
    const capacity = Math.ceil(state.size * 1.2);
    state.rowids = grown(state.rowids, capacity);
    for (const name of ROW_COLUMNS) state.columns[name] = grown(state.columns[name], capacity);
  }
  const slot = state.size++;
  state.rowids[slot] = row[0];
  state.newest = row[0];
  put(state, slot, row);
}

function put(state: State, slot: number, [, id, group, first, last, place, message, work, clock]: Row): void {
  const { columns } = state;
  state.ids.set(slot, id);
  columns.group[slot] = state.groups.of.get(group) ?? newGroup(state, group);
  columns.first[slot] = state.moments.of.get(first) ?? newMoment(state, first);
  columns.last[slot] = state.moments.of.get(last) ?? newMoment(state, last);
  columns.place[slot] = state.places.add(place);
  columns.message[slot] = state.messages.add(message);
  columns.work[slot] = workNumber(state.work, work);
  columns.clock[slot] = clockNumber(state.clocks, clock);
}

function newGroup(state: State, text: string): number {
  const { groups } = state;
  const parts = text.split(SEPARATOR);
  GROUP_FIELDS.forEach((name, index) => {
    groups.fields[name].push(numberOf(groups.names[name], parts[index] ?? ''));
  });
  state.titleOf.push(state.titles.add(parts[GROUP_FIELDS.indexOf('title')] ?? ''));
  groups.of.set(text, groups.size);
  return groups.size++;
}

function newMoment(state: State, text: string): number {
  const { moments } = state;
  const space = text.indexOf(' ');
  moments.times.push(Number(text.slice(0, space)));
  moments.runs.push(numberOf(state.runs, text.slice(space + 1)));
  moments.of.set(text, moments.of.size);
  return moments.of.size - 1;
}

export function numberOf(numbers: Numbers, name: string): number {
  const known = numbers.of.get(name);
  if (known !== undefined) return known;
  numbers.of.set(name, numbers.names.length);
  return numbers.names.push(name) - 1;
}

/** -1 when the row is not here. */
export function slotOf({ rowids, size }: State, rowid: number): number {
  let [low, high] = [0, size - 1];
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = rowids[middle] as number;
    if (found === rowid) return middle;
    if (found < rowid) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

export function grown(array: Uint32Array<ArrayBuffer>, capacity: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(capacity);
  larger.set(array);
  return larger;
}
