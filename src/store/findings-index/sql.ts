import { type Expression, type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Database } from '../schema.ts';
import {
  type Atom,
  type Clause,
  FACETS,
  type Facets,
  type FacetsRequest,
  type Filter,
  fold,
  type ListRequest,
  SORT_COLUMNS,
} from './filter.ts';
import { type FindingRow, ROW_COLUMNS } from './row.ts';

/** The list by the database itself: all of PostgreSQL's, and the model that the index of the embedded store is compared with. */
export function listBySql(db: Kysely<Database>, request: ListRequest): Promise<FindingRow[]> {
  const { column, order, ids } = SORT_COLUMNS[request.sort];
  let query = db
    .selectFrom('finding')
    .select(ROW_COLUMNS)
    .where('project', '=', request.project)
    .where(matching(request.filter));
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

/** PostgreSQL only: SQLite has no grouping sets. */
export async function facetsBySql(db: Kysely<Database>, request: FacetsRequest): Promise<Facets> {
  const sets = sql.join([...FACETS.map((name) => sql`(${sql.ref(name)})`), sql`()`]);
  const { rows } = await sql<Record<string, string | null> & { count: number }>`
    select ${sql.join(FACETS.map((name) => sql.ref(name)))}, count(*) as count from finding
    where project = ${request.project} and ${matching(request.filter)}
    group by grouping sets (${sets})`.execute(db);
  const counts = Object.fromEntries(
    FACETS.map((name) => [
      name,
      rows
        .flatMap((row) => (row[name] === null ? [] : [[row[name] as string, row.count] as [string, number]]))
        .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)),
    ]),
  ) as Facets['counts'];
  const total = rows.find((row) => FACETS.every((name) => row[name] === null))?.count ?? 0;
  return { total, counts };
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
      return within(atom.column, atom.values);
    case 'id':
      return within('id', atom.values);
    case 'containing':
      return sql`(${sql.join(
        atom.columns.map((column) => contains(column, atom.text)),
        sql` or `,
      )})`;
    case 'asset': {
      const named = contains('name', fold(atom.text));
      return sql`asset in (select id from asset where id = ${atom.text} or ${named})`;
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
  }
}

function within(column: string, values: readonly string[]): RawBuilder<SqlBool> {
  return values.length === 0 ? sql`1 = 0` : sql`${sql.ref(column)} in (${sql.join(values)})`;
}

function contains(column: string, text: string): RawBuilder<SqlBool> {
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  // SQLite has no escape character for `like` unless it is named.
  return sql`lower(${sql.ref(column)}) like ${pattern} escape '\\'`;
}
