import type { Store } from '../../store/store.ts';

export interface Period {
  project: string;
  /** The first is part of it. */
  from: number;
  to: number;
  /** What findings were at a moment, of those that have changed since. */
  statesAt(findings: readonly string[], time: number): Promise<States>;
}

type States = ReadonlyMap<string, { status?: string; severity?: string }>;

type Rows = AsyncGenerator<object>;
type Db = Store['db'];

const PAGE = 500;

/**
 * What was known at some time of the period, with everything that was decided, changed and said about it until its end. `status` and
 * `severity` are those of the day on which the pack is made; `statusAtEnd` and `severityAtEnd` those at the end of the period.
 */
export async function* findingRows(db: Db, { project, from, to, statesAt }: Period): Rows {
  for (let after = ''; ; ) {
    const rows = await db
      .selectFrom('finding')
      .selectAll()
      .where('project', '=', project)
      .where('id', '>', after)
      .where('first_seen', '<', to)
      .where((e) => e.or([e('closed', 'is', null), e('closed', '>=', from)]))
      .orderBy('id')
      .limit(PAGE)
      .execute();
    const ids = rows.map(({ id }) => id);
    const history = ids.length === 0 ? [] : await historyOf(db, ids, to);
    const since = await statesAt(ids, to);
    for (const { detail, location, content: _content, matched: _matched, ...row } of rows)
      yield {
        ...row,
        ...atEnd(row, since),
        location: JSON.parse(location),
        detail: JSON.parse(detail),
        history: history
          .filter(({ finding }) => finding === row.id)
          .map(({ finding: _finding, ...one }) => one),
      };
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.id ?? after;
  }
}

/** As the history tells it: what did not change behind the end of the period is as it is now. */
function atEnd(row: { id: string; status: string; severity: string }, since: States) {
  const was = since.get(row.id);
  return { statusAtEnd: was?.status ?? row.status, severityAtEnd: was?.severity ?? row.severity };
}

async function historyOf(db: Db, ids: readonly string[], to: number) {
  const rows = await db
    .selectFrom('finding_history')
    .select(['id', 'finding', 'time', 'actor', 'kind', 'data'])
    .where('finding', 'in', [...ids])
    .where('time', '<', to)
    .orderBy('id')
    .execute();
  return rows.map((row) => ({ ...row, data: JSON.parse(row.data) as unknown }));
}

/**
 * Risks that were accepted in the period, by whom and why; when the acceptance ends stands with the finding's state. `statusAtEnd` says
 * whether it still stood at the end of the period, `status` whether it stands on the day on which the pack is made.
 */
export async function* acceptanceRows(db: Db, { project, from, to, statesAt }: Period): Rows {
  for (let after = ''; ; ) {
    const rows = await db
      .selectFrom('decision as d')
      .leftJoin('finding as f', 'f.id', 'd.finding')
      .select(['d.id', 'd.finding', 'd.time', 'd.actor', 'd.source', 'd.reason', 'd.comment'])
      .select(['f.title', 'f.severity', 'f.status as status', 'f.accept_until as expires'])
      .where('d.project', '=', project)
      .where('d.to_status', '=', 'risk-accepted')
      .where('d.id', '>', after)
      .where('d.time', '>=', from)
      .where('d.time', '<', to)
      .orderBy('d.id')
      .limit(PAGE)
      .execute();
    const since = await statesAt(
      rows.map(({ finding }) => finding),
      to,
    );
    // A finding that is gone has no status at all, and is not said to have one.
    for (const row of rows)
      yield {
        ...row,
        statusAtEnd: row.status === null ? null : (since.get(row.finding)?.status ?? row.status),
      };
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.id ?? after;
  }
}

/** What waited for a second person in the period: who asked, who approved or refused it, and until when. */
export async function* approvalRows(db: Db, { project, from, to }: Period): Rows {
  const rows = await db
    .selectFrom('change_set')
    .select(['id', 'actor as requester', 'created as requested', 'status', 'query', 'action', 'total'])
    .select(['decided', 'decided_by as approver', 'decision'])
    .where('project', '=', project)
    .where('kind', '=', 'acceptance')
    .where('created', '<', to)
    .where((e) => e.or([e('decided', 'is', null), e('decided', '>=', from)]))
    .orderBy('id')
    .execute();
  for (const row of rows) yield { ...row, action: JSON.parse(row.action) as unknown };
}

export async function* runRows(db: Db, { project, from, to }: Period): Rows {
  for (let after = ''; ; ) {
    const rows = await db
      .selectFrom('run')
      .select(['id', 'task', 'task_version', 'status', 'params', 'target', 'asset', 'principal'])
      .select(['created', 'started', 'ended', 'counts', 'error_code', 'error_message', 'rerun_of'])
      .where('project', '=', project)
      .where('id', '>', after)
      .where('created', '>=', from)
      .where('created', '<', to)
      .orderBy('id')
      .limit(PAGE)
      .execute();
    for (const row of rows)
      yield { ...row, params: JSON.parse(row.params) as unknown, counts: JSON.parse(row.counts) as unknown };
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.id ?? after;
  }
}

/** Without a gap, so that the chain can be followed: of all projects. */
export async function* auditRows(db: Db, { from, to }: Period): Rows {
  for (let after = 0; ; ) {
    const rows = await db
      .selectFrom('audit_entry')
      .selectAll()
      .where('seq', '>', after)
      .where('time', '>=', from)
      .where('time', '<', to)
      .orderBy('seq')
      .limit(PAGE)
      .execute();
    yield* rows;
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.seq ?? after;
  }
}

export async function* signalRows(db: Db): Rows {
  yield* await db.selectFrom('signal_snapshot').selectAll().orderBy('source').execute();
}
