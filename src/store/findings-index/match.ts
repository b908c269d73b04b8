import { type Atom, type Filter, fold, nameParts } from './filter.ts';
import {
  type GroupField,
  type Numbers,
  type Projection,
  type RowColumn,
  type State,
  slotOf,
} from './projection.ts';
import { rangeColumn, snoozedAt, workIn } from './work.ts';

/** Looks up what is not in the projection, in the same snapshot. */
export interface Lookups {
  rowidOf(finding: string): number | undefined;
  /** Ids of the project's assets whose name fits these parts. */
  assetsNamed(project: string, parts: readonly string[]): string[];
  /** Id of the account with this login. */
  accountOf(login: string): string | undefined;
  /** What the signals say of. */
  cves(atom: Extract<Atom, { is: 'signal' }>): ReadonlySet<string>;
}

type Column = RowColumn | 'references';

/** A row fits when `(bits[slot] & mask) === wanted`; every clause has one bit. */
export interface Match {
  bits: Uint32Array;
  mask: number;
  wanted: number;
}

/**
 * Which rows fit. Each clause is looked at once per distinct value of what it asks about, not once per row; then one pass
 * per column that is asked about puts the bits of a row together.
 */
export function match(
  projection: Projection,
  { project, filter, lookups }: { project: string; filter: Filter; lookups: Lookups },
): Match {
  const { state } = projection;
  const marks = new Map<Column, Uint32Array>();
  const rowMarks: ((bits: Uint32Array) => void)[] = [];
  const mark = (column: Column) => {
    const known = marks.get(column);
    if (known) return known;
    const made = new Uint32Array(sizeOf(projection, column));
    marks.set(column, made);
    return made;
  };
  let mask = 0;
  let wanted = 0;
  const nextBit = (not: boolean) => {
    const bit = mask + 1;
    mask |= bit;
    if (!not) wanted |= bit;
    return bit;
  };
  groupsWith('project', [project], nextBit(false));
  for (const clause of filter) {
    const bit = nextBit(clause.not);
    for (const atom of clause.any) apply(atom, bit);
  }
  const bits = scratch(state);
  for (const [column, ofValue] of marks)
    addBits(bits, column === 'references' ? projection.references().column : state.columns[column], ofValue);
  for (const add of rowMarks) add(bits);
  return { bits, mask, wanted };

  function apply(atom: Atom, bit: number): void {
    switch (atom.is) {
      case 'equal':
        if (atom.column === 'first_run') momentsOf('first', atom.values, bit);
        else if (atom.column === 'last_run') momentsOf('last', atom.values, bit);
        else if (atom.column === 'hidden_by')
          numbersWith('work', state.work.hiddenBy, (rule) => atom.values.includes(rule), bit);
        else groupsWith(atom.column, atom.values, bit);
        return;
      case 'asset':
        groupsWith('asset', [atom.text, ...lookups.assetsNamed(project, nameParts(atom.text))], bit);
        return;
      case 'containing':
        for (const column of atom.columns) containing(column, atom.text, bit);
        return;
      case 'seen': {
        const column = mark(atom.column === 'first_seen' ? 'first' : 'last');
        state.moments.times.forEach((time, number) => {
          if ((atom.from === null || time >= atom.from) && (atom.to === null || time < atom.to))
            column[number] = (column[number] as number) | bit;
        });
        return;
      }
      case 'reference': {
        const { sets } = projection.references();
        const column = mark('references');
        const fits = ([kind, value]: readonly [string, string]) =>
          (atom.kind === null || kind === atom.kind) && (atom.values?.includes(value) ?? true);
        sets.forEach((set, number) => {
          if (set.some(fits)) column[number] = (column[number] as number) | bit;
        });
        return;
      }
      case 'id':
        rowMarks.push((all) => {
          for (const id of atom.values) {
            const rowid = lookups.rowidOf(id);
            const slot = rowid === undefined ? -1 : slotOf(state, rowid);
            if (slot >= 0) all[slot] = (all[slot] as number) | bit;
          }
        });
        return;
      case 'new':
        rowMarks.push((all) => {
          const { runs } = state.moments;
          const { first, last } = state.columns;
          for (let slot = 0; slot < all.length; slot++)
            if (runs[first[slot] as number] === runs[last[slot] as number])
              all[slot] = (all[slot] as number) | bit;
        });
        return;
      case 'assignee': {
        const wantedNames = marked(state.work.assignees, [
          atom.text,
          lookups.accountOf(fold(atom.text)) ?? '',
        ]);
        // Number 0 stands for nobody.
        numbersWith('work', state.work.assignee, (name) => name > 0 && wantedNames[name] === 1, bit);
        return;
      }
      case 'label':
        numbersWith(
          'work',
          state.work.labels,
          (labels) => labels.some((label) => atom.values.includes(label)),
          bit,
        );
        return;
      case 'state':
        for (const one of atom.states) {
          const isClock = one === 'snoozed';
          const of = isClock ? snoozedAt(state.clocks, atom.now) : workIn(state.work, one);
          numbersWith(isClock ? 'clock' : 'work', of, (fits) => fits === 1, bit);
        }
        return;
      case 'between': {
        const { column, values } = rangeColumn(state, atom.column);
        const inside = (value: number | null) =>
          value !== null && value >= (atom.from ?? -Infinity) && value < (atom.to ?? Infinity);
        numbersWith(column, values, inside, bit);
        return;
      }
      case 'without':
        if (atom.what === 'assignee') numbersWith('work', state.work.assignee, (name) => name === 0, bit);
        else if (atom.what === 'label')
          numbersWith('work', state.work.labels, (labels) => labels.length === 0, bit);
        else {
          const { column, values } = rangeColumn(state, atom.what);
          numbersWith(column, values, (value) => value === null, bit);
        }
        return;
      case 'overdue':
        rowMarks.push((all) => addOverdue(state, all, { now: atom.now, bit }));
        return;
      case 'signal': {
        const cves = lookups.cves(atom);
        const { sets } = projection.references();
        numbersWith(
          'references',
          sets,
          (set) => set.some(([kind, value]) => kind === 'cve' && cves.has(value)),
          bit,
        );
      }
    }
  }

  /** Looks at each distinct value once. */
  function numbersWith<T>(
    name: Column,
    values: ArrayLike<T>,
    fits: (value: T) => boolean,
    bit: number,
  ): void {
    const column = mark(name);
    for (let number = 0; number < values.length; number++)
      if (fits(values[number] as T)) column[number] = (column[number] as number) | bit;
  }

  function groupsWith(field: GroupField, values: readonly string[], bit: number): void {
    const column = mark('group');
    const names = state.groups.names[field];
    const wantedNames = marked(names, values);
    const ofGroup = state.groups.fields[field];
    // Group 0 is what was deleted.
    for (let group = 1; group < column.length; group++)
      if (wantedNames[ofGroup[group] as number]) column[group] = (column[group] as number) | bit;
  }

  function momentsOf(name: 'first' | 'last', values: readonly string[], bit: number): void {
    const column = mark(name);
    const wantedRuns = marked(state.runs, values);
    state.moments.runs.forEach((run, number) => {
      if (wantedRuns[run]) column[number] = (column[number] as number) | bit;
    });
  }

  function containing(name: 'title' | 'message' | 'place', part: string, bit: number): void {
    if (name === 'title') {
      const hits = state.titles.containing(part);
      const column = mark('group');
      for (let group = 1; group < column.length; group++)
        if (hits[state.titleOf[group] as number]) column[group] = (column[group] as number) | bit;
      return;
    }
    const hits = (name === 'place' ? state.places : state.messages).containing(part);
    const column = mark(name);
    for (let number = 0; number < hits.length; number++)
      if (hits[number]) column[number] = (column[number] as number) | bit;
  }
}

/** One answer is made at a time, so they share it: 4 MB for each one of a million would be garbage faster than it is collected. */
function scratch(state: State): Uint32Array {
  if (state.bits.length < state.size) state.bits = new Uint32Array(state.rowids.length);
  return state.bits.subarray(0, state.size).fill(0);
}

/** It takes two columns: which statuses are open, and which times are over. */
function addOverdue(state: State, all: Uint32Array, { now, bit }: { now: number; bit: number }): void {
  const { groups, columns, clocks } = state;
  const open = marked(groups.names.status, ['open', 'confirmed']);
  const ofGroup = Uint8Array.from(groups.fields.status, (status) => open[status] as number);
  const over = Uint8Array.from(clocks.due, (due) => Number(due !== null && due < now));
  for (let slot = 0; slot < all.length; slot++)
    if (over[columns.clock[slot] as number] === 1 && ofGroup[columns.group[slot] as number] === 1)
      all[slot] = (all[slot] as number) | bit;
}

/** By number, 1 for these names. */
function marked(numbers: Numbers, names: readonly string[]): Uint8Array {
  const marks = new Uint8Array(numbers.names.length);
  for (const name of names) {
    const number = numbers.of.get(name);
    if (number !== undefined) marks[number] = 1;
  }
  return marks;
}

function sizeOf(projection: Projection, column: Column): number {
  const state: State = projection.state;
  switch (column) {
    case 'group':
      return state.groups.size;
    case 'first':
    case 'last':
      return state.moments.times.length;
    case 'place':
      return state.places.size;
    case 'message':
      return state.messages.size;
    case 'work':
      return state.work.of.size;
    case 'clock':
      return state.clocks.of.size;
    case 'references':
      return projection.references().sets.length;
  }
}

function addBits(bits: Uint32Array, column: Uint32Array, ofValue: Uint32Array): void {
  for (let slot = 0; slot < bits.length; slot++)
    bits[slot] = (bits[slot] as number) | (ofValue[column[slot] as number] as number);
}
