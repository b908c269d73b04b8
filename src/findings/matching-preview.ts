import type { Kysely } from 'kysely';
import type { Location } from '../model/location.ts';
import type { Database } from '../store/schema.ts';
import type { MatchingSettings } from './matching-settings.ts';
import { type Candidate, nearest } from './same-bug.ts';

export interface MatchingPreview {
  compared: number;
  /** Pairs that would be one finding, and are two. */
  wouldMerge: { count: number; examples: Pair[] };
  /** Pairs that a scan made one finding, and that would be two. */
  wouldSeparate: { count: number; examples: Pair[] };
  /** Findings that were recognised in files of another name: without that, they would have been closed and opened anew. */
  renamed: number;
}

export interface Pair {
  finding: string;
  tool: string;
  rule: string;
  other: string;
  otherTool: string;
  otherRule: string;
}

const PAGE = 2_000;
const EXAMPLES = 10;

/** What other settings would have made of the findings that are there. It reads, page by page, and changes nothing. */
export async function previewMatching(
  db: Kysely<Database>,
  project: string,
  settings: Pick<MatchingSettings, 'crossTool' | 'lineTolerance'>,
): Promise<MatchingPreview> {
  const refused = await refusals(db, project);
  const merge = new Map<string, Pair>();
  const together = new Map<string, Pair>();
  const stays = new Set<string>();
  let compared = 0;
  for await (const group of groups(db, project)) {
    compared += group.length;
    const before: Candidate[] = [];
    for (const one of group) {
      const asking = { tool: one.task, at: JSON.parse(one.location) as Location };
      // As if none of them were merged: that is what the other settings begin with.
      const other = settings.crossTool
        ? nearest(
            asking,
            before.filter(({ id }) => !refused.has(`${one.id} ${id}`)),
            settings.lineTolerance,
          )
        : undefined;
      if (one.merged_into !== null) {
        const into = group.find(({ id }) => id === one.merged_into);
        if (into) together.set(one.id, pairOf(one, into));
        if (other) stays.add(one.id);
      } else if (other && other.merged_into !== one.id && one.status !== 'fixed')
        merge.set(one.id, pairOf(one, other));
      before.push({ ...one, merged_into: null, merged_task: null });
    }
  }
  const separate = [...together].filter(([id]) => !stays.has(id)).map(([, pair]) => pair);
  const { moved } = await db
    .selectFrom('finding_history')
    .select((e) => e.fn.countAll<number | string>().as('moved'))
    .where('project', '=', project)
    .where('kind', '=', 'moved')
    .executeTakeFirstOrThrow();
  return {
    compared,
    wouldMerge: { count: merge.size, examples: [...merge.values()].slice(0, EXAMPLES) },
    wouldSeparate: { count: separate.length, examples: separate.slice(0, EXAMPLES) },
    renamed: Number(moved),
  };
}

function pairOf(one: Candidate, other: Candidate): Pair {
  return {
    finding: one.id,
    tool: one.task,
    rule: one.rule,
    other: other.id,
    otherTool: other.task,
    otherRule: other.rule,
  };
}

/** Findings with one weakness at one place, or one id of a bug in one package; only where there are several. */
async function* groups(db: Kysely<Database>, project: string): AsyncGenerator<Candidate[]> {
  let value = Buffer.alloc(0);
  let [kind, finding] = ['', ''];
  let group: Candidate[] = [];
  let of = '';
  for (;;) {
    const rows = await db
      .selectFrom('finding_fingerprint as p')
      .innerJoin('finding as f', 'f.id', 'p.finding')
      .leftJoin('finding as m', 'm.id', 'f.merged_into')
      .select(['p.value', 'p.kind', 'f.id', 'f.task', 'f.rule', 'f.status', 'f.location', 'f.merged_into'])
      .select('m.task as merged_task')
      .where('f.project', '=', project)
      .where('p.kind', 'in', ['alias', 'weakness'])
      .where((e) =>
        e.or([
          e('p.value', '>', value),
          e.and([e('p.value', '=', value), e('p.kind', '=', kind), e('p.finding', '>', finding)]),
        ]),
      )
      .orderBy('p.value')
      .orderBy('p.kind')
      .orderBy('p.finding')
      .limit(PAGE)
      .execute();
    for (const { value: bytes, kind: _, ...one } of rows) {
      const name = Buffer.from(bytes).toString('hex');
      if (name !== of) {
        if (group.length > 1) yield group;
        group = [];
        of = name;
      }
      group.push(one as Candidate);
    }
    const last = rows.at(-1);
    if (!last) {
      if (group.length > 1) yield group;
      return;
    }
    value = Buffer.from(last.value);
    [kind, finding] = [last.kind, last.id];
  }
}

async function refusals(db: Kysely<Database>, project: string): Promise<Set<string>> {
  const rows = await db
    .selectFrom('merge_refusal')
    .select(['finding', 'other'])
    .where('project', '=', project)
    .execute();
  return new Set(rows.flatMap(({ finding, other }) => [`${finding} ${other}`, `${other} ${finding}`]));
}
