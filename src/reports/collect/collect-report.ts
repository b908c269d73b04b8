import { SentinelError } from '../../lib/errors.ts';
import { describeLocation, type Location } from '../../model/location.ts';
import { readFilter } from '../../store/findings-index/keys.ts';
import type { Store } from '../../store/store.ts';
import {
  type Against,
  type ReportAbout,
  type ReportFinding,
  type ReportHead,
  SNAPSHOT_FORMAT,
} from '../model.ts';
import { openSnapshot } from '../snapshot/read-snapshot.ts';
import { writeSnapshot } from '../snapshot/write-snapshot.ts';
import { type Before, type BeforeOf, beforeTime, fixedSince, withChange } from './changes.ts';
import { type Names, readFindings } from './read-findings.ts';
import { type Place, sortPlaces } from './sort-places.ts';
import { createTally } from './tally.ts';
import { type Targets, targetsOfQuery, targetsOfRun, targetsOfWorkflowRun } from './targets.ts';

export interface CollectRequest {
  report: string;
  title: string;
  classification: string | null;
  template: string;
  project: string;
  about: Exclude<ReportAbout, { kind: 'file' }>;
  against: Against | null;
  /** Of the report that it is compared with. */
  olderSnapshot?: string | undefined;
  actor: string;
  /** Id of who asked for it: `assignee:me`. */
  me: string;
  version: string;
  asOf: number;
  /** Where the snapshot is written. */
  path: string;
  progress?: (done: number, total: number) => void;
}

/** Writes the snapshot of what a report is about; everything else is made from that file. */
export async function collectReport(
  store: Store,
  request: CollectRequest,
): Promise<{ head: ReportHead; sha256: string; size: number }> {
  const { db } = store;
  const { project, asOf } = request;
  const targets = await targetsOf(store, request);
  const fitting = new Set(targets.places.map(({ id }) => id));
  const delta = await readDelta(store, request, targets, fitting);
  const places = await sortPlaces([...targets.places, ...delta.places]);
  const names: Names = { rules: {}, assets: {} };
  const tally = createTally(asOf);
  let head: ReportHead | undefined;

  async function* findings(): AsyncGenerator<ReportFinding[]> {
    let done = 0;
    for await (const batch of readFindings(db, places, names)) {
      const list = delta.beforeOf
        ? batch.map((one) => withChange(one, delta.beforeOf as BeforeOf, fitting.has(one.id)))
        : batch;
      for (const finding of list) tally.add(finding);
      done += list.length;
      request.progress?.(done, places.length);
      yield list;
    }
  }
  const written = await writeSnapshot(request.path, {
    findings: findings(),
    head: async () => {
      head = {
        format: SNAPSHOT_FORMAT,
        report: request.report,
        title: request.title,
        classification: request.classification,
        template: request.template,
        project: { id: project, name: await projectName(store, project) },
        about: request.about,
        scope: scopeText(request.about),
        asOf,
        actor: request.actor,
        version: request.version,
        against: request.against,
        ...tally.counted(),
        sections: targets.sections,
        rules: names.rules,
        assets: names.assets,
        problems: targets.problems,
        notes: targets.notes,
      };
      return head;
    },
  });
  return { head: head as ReportHead, ...written };
}

function targetsOf(store: Store, { project, about, asOf, me }: CollectRequest): Promise<Targets> {
  switch (about.kind) {
    case 'query':
      return targetsOfQuery(store, { project, q: about.q, now: asOf, me });
    case 'run':
      return targetsOfRun(store.db, project, about.run);
    case 'workflow-run':
      return targetsOfWorkflowRun(store.db, project, about.workflowRun);
  }
}

interface Delta {
  /** What was there before and does not fit any more. */
  places: Place[];
  beforeOf?: BeforeOf;
}

async function readDelta(
  store: Store,
  request: CollectRequest,
  targets: Targets,
  fitting: ReadonlySet<string>,
): Promise<Delta> {
  const { against, about, project } = request;
  if (against === null) return { places: [] };
  if (against.kind === 'nothing') return { places: [], beforeOf: () => undefined };
  if (against.kind === 'report') {
    if (request.olderSnapshot === undefined)
      throw new SentinelError('internal', 'The older snapshot is missing.');
    const { before, places } = await readOlder(request.olderSnapshot, fitting);
    return { places, beforeOf: ({ id }) => before.get(id) };
  }
  if (about.kind !== 'query')
    throw new SentinelError(
      'invalid-parameter',
      'againstTime: a run is compared with a report, not with a time.',
    );
  const rows = await fixedSince(store.db, {
    project,
    filter: readFilter(about.q, request.asOf, request.me),
    time: against.time,
  });
  const places = rows
    .filter(({ id }) => !fitting.has(id))
    .map((row) => ({
      id: row.id,
      rank: Number(row.severity_rank),
      place: describeLocation(JSON.parse(row.location) as Location),
      sections: [],
    }));
  const ids = [...targets.places, ...places].map(({ id }) => id);
  return { places, beforeOf: await beforeTime(store.db, against.time, ids) };
}

const RANK = { critical: 0, high: 1, medium: 2, low: 3, info: 4 } as const;

async function readOlder(path: string, fitting: ReadonlySet<string>) {
  const before = new Map<string, Before>();
  const places: Place[] = [];
  for await (const finding of (await openSnapshot(path)).findings()) {
    const { id, severity, status } = finding;
    before.set(id, { severity, status });
    // What was fixed then already, and is not asked for now, is no news.
    if (fitting.has(id) || status === 'fixed' || finding.change === 'gone') continue;
    places.push({ id, rank: RANK[severity], place: describeLocation(finding.location), sections: [] });
  }
  return { before, places };
}

export function scopeText(about: ReportAbout): string {
  switch (about.kind) {
    case 'query':
      return about.q === '' ? 'all findings of the project' : `findings that fit ${about.q}`;
    case 'run':
      return `findings of the run ${about.run}`;
    case 'workflow-run':
      return `findings of the workflow run ${about.workflowRun}, one section per step`;
    case 'file':
      return `the results file ${about.name}`;
  }
}

async function projectName(store: Store, id: string): Promise<string> {
  const row = await store.db.selectFrom('project').select('name').where('id', '=', id).executeTakeFirst();
  return row?.name ?? id;
}
