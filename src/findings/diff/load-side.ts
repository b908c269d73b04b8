import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { SentinelError } from '../../lib/errors.ts';
import type { Location } from '../../model/location.ts';
import { fold } from '../../store/findings-index/filter.ts';
import type { Store } from '../../store/store.ts';
import { placeOf } from '../place.ts';
import { changesBetween } from './changes-between.ts';
import type { SideFinding } from './diff-sets.ts';
import type { Side } from './side.ts';

const PAGE = 2_000;

export type ReadReport = (report: string) => AsyncIterable<SideFinding>;

export interface LoadParts {
  store: Store;
  project: string;
  now: number;
  readReport: ReadReport;
}

/** Every finding of a side, by id; of an asset by what it says where two assets are compared. */
export async function loadSide(
  parts: LoadParts,
  side: Side,
  byContent: boolean,
): Promise<Map<string, SideFinding>> {
  const found = new Map<string, SideFinding>();
  if (side.kind === 'report') {
    for await (const finding of parts.readReport(side.report)) found.set(finding.id, finding);
    return found;
  }
  const counts = new Map<string, number>();
  for await (const row of rowsOf(parts, side)) {
    if (!byContent) {
      found.set(row.id, row);
      continue;
    }
    // Two that say the same at one place are told apart by their number.
    const times = counts.get(row.content) ?? 0;
    counts.set(row.content, times + 1);
    found.set(`${row.content}:${times}`, row);
  }
  return found;
}

type Row = SideFinding & { content: string };

async function* rowsOf(
  { store, project, now }: LoadParts,
  side: Exclude<Side, { kind: 'report' }>,
): AsyncGenerator<Row> {
  const asset = side.kind === 'asset' ? await assetId(store, project, side.asset) : null;
  const before =
    side.kind === 'time'
      ? await changesBetween(store.db, { project, from: side.time, to: now })
      : new Map<string, { status?: string; severity?: string; place?: string }>();
  let after = '';
  for (;;) {
    let query = store.db
      .selectFrom('finding')
      .select(['id', 'status', 'severity', 'place', 'location', 'task', 'rule', 'message', 'hidden_by'])
      .where('project', '=', project)
      .where('merged_into', 'is', null)
      .where('id', '>', after)
      .orderBy('id')
      .limit(PAGE);
    if (asset !== null) query = query.where('asset', '=', asset);
    if (side.kind === 'time') query = query.where('first_seen', '<=', side.time);
    if (side.kind === 'run')
      query = query.where(
        sql<boolean>`exists (select 1 from occurrence as o where o.run = ${side.run} and o.finding = finding.id)`,
      );
    const page = await query.execute();
    for (const row of page) {
      const was = before.get(row.id);
      // What a run saw was there, whatever was made of it later; what is dismissed stays so.
      const status = side.kind === 'run' && row.status === 'fixed' ? 'open' : row.status;
      const place = placeOf(JSON.parse(row.location) as Location);
      yield {
        id: row.id,
        tool: row.task,
        status: row.hidden_by === null ? (was?.status ?? status) : 'duplicate',
        severity: was?.severity ?? row.severity,
        place: was?.place ?? place,
        content: createHash('sha256')
          .update([row.task, row.rule, place, row.message].join('\0'))
          .digest('base64'),
      };
    }
    after = page.at(-1)?.id ?? after;
    if (page.length < PAGE) return;
  }
}

/** By id, by name, or by the only name with this part. */
export async function assetId({ db }: Store, project: string, named: string): Promise<string> {
  const exact = await db
    .selectFrom('asset')
    .select(['id', 'name'])
    .where('project', '=', project)
    .where((e) => e.or([e('id', '=', named), e('name', '=', named)]))
    .limit(2)
    .execute();
  const [first, second] = exact;
  if (first && !second) return first.id;
  const part = `%${fold(named).replace(/[\\%_]/g, '\\$&')}%`;
  const like = await db
    .selectFrom('asset')
    .select(['id', 'name'])
    .where('project', '=', project)
    .where(sql<boolean>`lower(name) like ${part} escape '\\'`)
    .limit(6)
    .execute();
  const [only, other] = like;
  if (only && !other) return only.id;
  throw new SentinelError(
    'not-found',
    only
      ? `More than one asset is called '${named}': ${like.map(({ name }) => name).join(', ')}. Name its id.`
      : `There is no asset '${named}'. 'sentinelx asset list' shows them.`,
  );
}
