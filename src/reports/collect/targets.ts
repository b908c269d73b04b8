import type { Kysely } from 'kysely';
import { SentinelError } from '../../lib/errors.ts';
import { describeLocation, type Location } from '../../model/location.ts';
import { countHidden, listFindings } from '../../store/findings.ts';
import { HIDDEN_STATES, sortValue } from '../../store/findings-index/filter.ts';
import { readListFilter } from '../../store/findings-index/keys.ts';
import type { Database } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import type { ReportSection } from '../model.ts';
import type { Place } from './sort-places.ts';

export interface Targets {
  places: Place[];
  sections: ReportSection[];
  problems: string[];
  /** What a reader should know besides. */
  notes: string[];
}

const PAGE = 2000;

/** Everything that fits the filter and that lists show, whatever its number. What is hidden is counted. */
export async function targetsOfQuery(
  store: Store,
  { project, q, now, me }: { project: string; q: string; now: number; me: string },
): Promise<Targets> {
  const asked = { project, ...readListFilter(q, { now, me }) };
  const places: Place[] = [];
  let after: readonly [number, string] | undefined;
  for (;;) {
    const rows = await listFindings(store, { ...asked, sort: 'severity', after, limit: PAGE });
    for (const row of rows) places.push(placeOf(row, []));
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) break;
    after = [sortValue(last, 'severity'), last.id];
  }
  const hidden = await countHidden(store, asked);
  const parts = HIDDEN_STATES.filter((state) => hidden[state] > 0).map(
    (state) => `${hidden[state]} ${state}`,
  );
  const notes = parts.length === 0 ? [] : [`Left out of this report, as of lists: ${parts.join(', ')}.`];
  return { places, sections: [], problems: [], notes };
}

export async function targetsOfRun(db: Kysely<Database>, project: string, run: string): Promise<Targets> {
  const row = await db
    .selectFrom('run')
    .select(['id', 'task', 'status', 'project'])
    .where('id', '=', run)
    .where('project', '=', project)
    .executeTakeFirst();
  if (!row) throw new SentinelError('not-found', `There is no run ${run}.`);
  const problems = await problemCount(db, run);
  const places = await placesOfRuns(db, [run], () => [0]);
  const section = {
    name: row.task,
    status: row.status,
    task: row.task,
    run,
    problems,
    findings: places.length,
  };
  return { places, sections: [section], problems: missing([section]), notes: [] };
}

/** One section for each step, in the order in which they ended; items of a step share its section. */
export async function targetsOfWorkflowRun(
  db: Kysely<Database>,
  project: string,
  workflowRun: string,
): Promise<Targets> {
  const known = await db
    .selectFrom('workflow_run')
    .select('id')
    .where('id', '=', workflowRun)
    .where('project', '=', project)
    .executeTakeFirst();
  if (!known) throw new SentinelError('not-found', `There is no run of a workflow ${workflowRun}.`);
  const steps = await db
    .selectFrom('workflow_step')
    .select(['name', 'status', 'started'])
    .where('run', '=', workflowRun)
    .where('item', '=', -1)
    .execute();
  steps.sort(
    (a, b) =>
      (a.started ?? Number.MAX_SAFE_INTEGER) - (b.started ?? Number.MAX_SAFE_INTEGER) ||
      (a.name < b.name ? -1 : 1),
  );
  const runs = await db
    .selectFrom('run')
    .select(['id', 'task', 'status', 'workflow_step'])
    .where('workflow_run', '=', workflowRun)
    .orderBy('id')
    .execute();
  const sections: ReportSection[] = [];
  for (const step of steps) {
    const own = runs.filter((run) => run.workflow_step === step.name);
    let problems = 0;
    for (const run of own) problems += await problemCount(db, run.id);
    sections.push({
      name: step.name,
      status: step.status,
      task: own[0]?.task ?? null,
      run: own.at(-1)?.id ?? null,
      problems,
      findings: 0,
    });
  }
  const sectionOf = new Map(
    runs.map((run) => [run.id, steps.findIndex((step) => step.name === run.workflow_step)]),
  );
  const places = await placesOfRuns(
    db,
    runs.map((run) => run.id),
    (run) => [sectionOf.get(run) ?? 0],
  );
  for (const { sections: list } of places)
    for (const index of list) {
      const section = sections[index];
      if (section) section.findings += 1;
    }
  return { places, sections, problems: missing(sections), notes: [] };
}

async function placesOfRuns(
  db: Kysely<Database>,
  runs: readonly string[],
  sectionsOf: (run: string) => readonly number[],
): Promise<Place[]> {
  const places = new Map<string, Place>();
  for (const run of runs) {
    let after = '';
    for (;;) {
      const rows = await db
        .selectFrom('occurrence as o')
        .innerJoin('finding as f', 'f.id', 'o.finding')
        .select(['f.id', 'f.severity_rank', 'f.location'])
        .where('o.run', '=', run)
        .where('o.finding', '>', after)
        .orderBy('o.finding')
        .limit(PAGE)
        .execute();
      for (const row of rows) {
        const before = places.get(row.id);
        const sections = [...new Set([...(before?.sections ?? []), ...sectionsOf(run)])];
        places.set(row.id, placeOf(row, sections));
      }
      after = rows.at(-1)?.id ?? '';
      if (rows.length < PAGE) break;
    }
  }
  return [...places.values()];
}

function placeOf(
  row: { id: string; severity_rank: number; location: string },
  sections: readonly number[],
): Place {
  return {
    id: row.id,
    rank: Number(row.severity_rank),
    place: describeLocation(JSON.parse(row.location) as Location),
    sections,
  };
}

async function problemCount(db: Kysely<Database>, run: string): Promise<number> {
  const row = await db
    .selectFrom('problem')
    .select((e) => e.fn.countAll<number | string>().as('count'))
    .where('run', '=', run)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

/** A partial answer is never shown as a complete one. */
function missing(sections: readonly ReportSection[]): string[] {
  return sections.flatMap(({ name, status, problems }) => {
    if (['done', 'succeeded', 'skipped'].includes(status) && problems === 0) return [];
    const count = problems === 0 ? '' : `, ${problems} ${problems === 1 ? 'problem' : 'problems'}`;
    return [`${name}: ${status}${count}. What it did not look at is not in this report.`];
  });
}
