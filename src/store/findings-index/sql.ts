import { type Expression, type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Database } from '../schema.ts';
import {
  type Atom,
  type Clause,
  type Facets,
  type FacetsRequest,
  type Filter,
  fold,
  HIDDEN_STATES,
  type HiddenState,
  type IdsRequest,
  type ListRequest,
  NOBODY,
  nameParts,
  ROW_FACETS,
  SORT_COLUMNS,
  withoutHidden,
} from './filter.ts';
import { type FindingRow, ROW_COLUMNS } from './row.ts';

/** The list by the database itself: all of PostgreSQL's, and the model that the index of the embedded store is compared with. */
export function listBySql(db: Kysely<Database>, request: ListRequest): Promise<FindingRow[]> {
  const by = SORT_COLUMNS[request.sort];
  const { order, ids } = by;
  const column =
    'absent' in by
      ? sql<number>`coalesce(${sql.ref(by.column)}, ${sql.lit(by.absent)})`
      : sql<number>`${sql.ref(by.column)}`;
  let query = db
    .selectFrom('finding')
    .select(ROW_COLUMNS)
    .where('project', '=', request.project)
    .where(matching(withoutHidden(request.filter, request.hide)));
  const { after } = request;
  if (after) {
    const further = order === 'asc' ? '>' : '<';
    query = query.where((e) =>
      e.or([
        e(column, further, after[0]),
        e.and([e(column, '=', after[0]), e('id', ids === 'asc' ? '>' : '<', after[1])]),
      ]),
    );
  }
  return query.orderBy(column, order).orderBy('id', ids).limit(request.limit).execute();
}

export async function idsBySql(db: Kysely<Database>, request: IdsRequest): Promise<string[]> {
  let query = db
    .selectFrom('finding')
    .select('id')
    .where('project', '=', request.project)
    .where(matching(withoutHidden(request.filter, request.hide)));
  if (request.after !== undefined) query = query.where('id', '>', request.after);
  const rows = await query.orderBy('id').limit(request.limit).execute();
  return rows.map(({ id }) => id);
}

/** PostgreSQL only: SQLite has no grouping sets. */
export async function facetsBySql(db: Kysely<Database>, request: FacetsRequest): Promise<Facets> {
  const { project, filter, hide } = request;
  const shown = sql`project = ${project} and ${matching(withoutHidden(filter, hide))}`;
  const field = (name: (typeof ROW_FACETS)[number]) =>
    name === 'assignee' ? sql`coalesce(assignee, ${sql.lit(NOBODY)})` : sql.ref(name);
  const sets = sql.join([...ROW_FACETS.map((name) => sql`(${field(name)})`), sql`()`]);
  const names = sql.join(ROW_FACETS.map((name) => sql`${field(name)} as ${sql.ref(name)}`));
  const { rows } = await sql<Record<string, string | null> & { count: number }>`
    select ${names}, count(*) as count from finding where ${shown} group by grouping sets (${sets})`.execute(
    db,
  );
  const labels = await sql<{ label: string; count: number }>`
    select label, count(*) as count from finding_label
    where project = ${project} and finding in (select id from finding where ${shown}) group by label`.execute(
    db,
  );
  const counts = Object.fromEntries(
    ROW_FACETS.map((name) => [
      name,
      sorted(
        rows.flatMap((row) =>
          row[name] === null ? [] : [[row[name] as string, row.count] as [string, number]],
        ),
      ),
    ]),
  ) as Facets['counts'];
  counts.label = sorted(labels.rows.map((row) => [row.label, row.count]));
  const total = rows.find((row) => ROW_FACETS.every((name) => row[name] === null))?.count ?? 0;
  return { total, counts, hidden: await hiddenBySql(db, request) };
}

/** Without statistics SQLite takes another index: 1.3 s of processor at a million findings. */
const INDEX = { sqlite: sql.raw('indexed by finding_hidden'), postgres: sql.raw('') };

/** Only what may be hidden is looked at: it stands, with status and severity, in an index of its own. */
export async function hiddenBySql(
  db: Kysely<Database>,
  { project, filter, hide }: FacetsRequest,
  dialect: 'sqlite' | 'postgres' = 'postgres',
): Promise<Facets['hidden']> {
  const none = { suppressed: 0, snoozed: 0, merged: 0, any: 0 };
  if (!hide || hide.states.length === 0) return none;
  const { states, now } = hide;
  const count = (which: readonly HiddenState[]) =>
    sql`count(*) filter (where ${inStates(
      which.filter((state) => states.includes(state)),
      now,
    )})`;
  const { rows } = await sql<Facets['hidden']>`
    select ${sql.join(HIDDEN_STATES.map((state) => sql`${count([state])} as ${sql.ref(state)}`))}, ${count(states)} as "any"
    from finding ${INDEX[dialect]} where project = ${project}
      and (hidden_by is not null or merged_into is not null or snooze_until is not null or snooze_rank is not null)
      and ${inStates(states, now)} and ${matching(filter)}`.execute(db);
  return rows[0] ?? none;
}

function sorted(counts: [string, number][]): [string, number][] {
  return counts.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}

function inStates(states: readonly HiddenState[], now: number): RawBuilder<SqlBool> {
  if (states.length === 0) return sql`1 = 0`;
  return sql`(${sql.join(
    states.map((state) => {
      if (state === 'suppressed') return sql`hidden_by is not null`;
      if (state === 'merged') return sql`merged_into is not null`;
      return sql`coalesce(snooze_until > ${now}, snooze_rank is not null)`;
    }),
    sql` or `,
  )})`;
}

export function matching(filter: Filter): RawBuilder<SqlBool> {
  if (filter.length === 0) return sql<SqlBool>`1 = 1`;
  return sql<SqlBool>`${sql.join(filter.map(clauseSql), sql` and `)}`;
}

function clauseSql({ not, any }: Clause): Expression<SqlBool> {
  const or = sql<SqlBool>`(${sql.join(any.map(atomSql), sql` or `)})`;
  return not ? sql<SqlBool>`not ${or}` : or;
}

function atomSql(atom: Atom): RawBuilder<SqlBool> {
  switch (atom.is) {
    case 'equal':
      return atom.column === 'hidden_by'
        ? sql`coalesce(${within(atom.column, atom.values)}, 1 = 0)`
        : within(atom.column, atom.values);
    case 'id':
      return within('id', atom.values);
    case 'containing':
      return sql`(${sql.join(
        atom.columns.map((column) => contains(column, atom.text)),
        sql` or `,
      )})`;
    case 'asset': {
      return sql`asset in (select id from asset where id = ${atom.text} or ${named('name', atom.text)})`;
    }
    case 'seen': {
      const ends = [
        ...(atom.from === null ? [] : [sql`${sql.ref(atom.column)} >= ${atom.from}`]),
        ...(atom.to === null ? [] : [sql`${sql.ref(atom.column)} < ${atom.to}`]),
      ];
      return sql`(${sql.join(ends, sql` and `)})`;
    }
    case 'reference': {
      const kind = atom.kind === null ? sql`1 = 1` : sql`kind = ${atom.kind}`;
      const value = atom.values === null ? sql`1 = 1` : within('value', atom.values);
      return sql`id in (select finding from finding_ref where ${kind} and ${value})`;
    }
    case 'new':
      return sql`first_run = last_run`;
    case 'assignee':
      // What is null equals nothing, and `not` of that is not true either.
      return sql`coalesce(assignee = ${atom.text} or assignee in (select id from user_account where login = ${fold(atom.text)}), 1 = 0)`;
    case 'label':
      return sql`id in (select finding from finding_label where ${within('label', atom.values)})`;
    case 'state':
      return inStates(atom.states, atom.now);
    case 'between':
      return sql`coalesce(${range(sql`${sql.ref(atom.column)}`, atom)}, 1 = 0)`;
    case 'without':
      return atom.what === 'label'
        ? sql`not exists (select 1 from finding_label where finding_label.finding = finding.id)`
        : sql`${sql.ref(atom.what)} is null`;
    case 'overdue':
      return sql`coalesce(due < ${atom.now} and status in ('open', 'confirmed'), 1 = 0)`;
    case 'signal': {
      const wanted = atom.kev ? sql`kev_added is not null` : sql`coalesce(${range(sql`epss`, atom)}, 1 = 0)`;
      return sql`id in (select finding from finding_ref where kind = 'cve' and value in (select cve from cve_signal where ${wanted}))`;
    }
  }
}

function range(
  column: RawBuilder<unknown>,
  { from, to }: { from: number | null; to: number | null },
): RawBuilder<SqlBool> {
  const ends = [
    ...(from === null ? [sql`${column} is not null`] : [sql`${column} >= ${from}`]),
    ...(to === null ? [] : [sql`${column} < ${to}`]),
  ];
  return sql`(${sql.join(ends, sql` and `)})`;
}

function within(column: string, values: readonly string[]): RawBuilder<SqlBool> {
  return values.length === 0 ? sql`1 = 0` : sql`${sql.ref(column)} in (${sql.join(values)})`;
}

function contains(column: string, text: string): RawBuilder<SqlBool> {
  return like(column, ['', text, '']);
}

/** Exactly, but for the wildcards in the text. */
function named(column: string, text: string): RawBuilder<SqlBool> {
  const parts = nameParts(text);
  return parts.length === 1 ? sql`lower(${sql.ref(column)}) = ${parts[0]}` : like(column, parts);
}

/** These parts, with anything between them. */
function like(column: string, parts: readonly string[]): RawBuilder<SqlBool> {
  const pattern = parts.map((part) => part.replace(/[\\%_]/g, '\\$&')).join('%');
  // SQLite has no escape character for `like` unless it is named.
  return sql`lower(${sql.ref(column)}) like ${pattern} escape '\\'`;
}
