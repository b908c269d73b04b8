import type { Kysely } from 'kysely';
import { SentinelError } from '../lib/errors.ts';
import type { Location } from '../model/location.ts';
import type { Database } from '../store/schema.ts';
import { readMatching } from './matching-settings.ts';
import { lineOf } from './place.ts';
import { type Candidate, type Difference, differenceOf } from './same-bug.ts';

/** Why a finding is the one that it is, and not another. */
export interface Explained {
  finding: string;
  fingerprints: { kind: string; version: number; value: string; says: string }[];
  /** How the last scan recognised it; null: it has been seen once. */
  same: { by: string; because: string } | null;
  /** What it took with it: moves, upgrades of its rule, merges. */
  changes: { time: number; kind: string; because: string }[];
  mergedInto: { id: string; tool: string; rule: string } | null;
  duplicates: { id: string; tool: string; rule: string }[];
  near: {
    id: string;
    tool: string;
    rule: string;
    title: string;
    status: string;
    location: Location;
    because: string;
  }[];
}

const NEAR = 50;
/** Lines between findings that are still called near. */
const NEAR_LINES = 20;

const SAYS: Readonly<Record<string, string>> = {
  exact: 'same rule, place, line and key',
  moved: 'same rule, place and key, whatever the line or the version',
  renamed: 'same rule and key in a file of another name, when the former file is gone',
  alias: 'the same bug of the same package under this id',
  tool: 'the fingerprint that the tool itself gave',
  weakness: 'another tool that reports the same CWE at this place reports the same bug',
};
const BECAUSE: Readonly<Record<string, string>> = {
  // No fingerprint of its own is kept for it: the line or version that is stored is compared.
  exact: 'its fingerprint "moved" (rule, place and key) is the same, and so is the line or the version',
  moved: 'rule, place and key are the same; the line or the version is another',
  renamed: 'rule and key are the same and the former file does not exist any more',
  alias: 'the package is the same, and one of the ids of the bug',
  tool: 'its tool gave the same fingerprint',
  upgraded: 'its rule says that it replaces the former one',
  older: 'it was stored with a former version of the fingerprints and has the new ones now',
};
const DIFFERENT: Readonly<Record<Difference, string>> = {
  'same-tool': 'one tool reports them as two',
  fixed: 'that one is fixed',
  'other-version': 'it is another version of the package',
  'other-manifest': 'it is in another manifest',
  'lines-apart': 'more lines lie between them than the project allows',
};

export async function explainFinding(db: Kysely<Database>, project: string, id: string): Promise<Explained> {
  const row = await db
    .selectFrom('finding')
    .select(['id', 'task', 'rule', 'location', 'matched', 'merged_into'])
    .where('id', '=', id)
    .where('project', '=', project)
    .executeTakeFirst();
  if (!row) throw new SentinelError('not-found', `There is no finding ${id}.`);
  const prints = await db
    .selectFrom('finding_fingerprint')
    .select(['kind', 'version', 'value'])
    .where('finding', '=', id)
    .orderBy('kind')
    .execute();
  const history = await db
    .selectFrom('finding_history')
    .select(['time', 'kind', 'data'])
    .where('finding', '=', id)
    .where('kind', 'in', ['moved', 'rule-upgraded', 'merged', 'unmerged'])
    .orderBy('id')
    .limit(200)
    .execute();
  const names = db.selectFrom('finding').select(['id', 'task as tool', 'rule']);
  const into = row.merged_into === null ? [] : await names.where('id', '=', row.merged_into).execute();
  return {
    finding: id,
    fingerprints: prints.map(({ kind, version, value }) => ({
      kind,
      version,
      value: Buffer.from(value).toString('hex'),
      says: SAYS[kind] ?? kind,
    })),
    same: row.matched === null ? null : { by: row.matched, because: BECAUSE[row.matched] ?? row.matched },
    changes: history.map(({ time, kind, data }) => ({ time, kind, because: reasonOf(kind, data) })),
    mergedInto: into[0] ?? null,
    duplicates: await names.where('merged_into', '=', id).orderBy('id').limit(NEAR).execute(),
    near: await nearOf(db, project, { row, prints }),
  };
}

function reasonOf(kind: string, json: string): string {
  const data = JSON.parse(json) as Record<string, unknown>;
  if (kind === 'rule-upgraded')
    return `the rule ${data.from} is ${data.to} now: ${BECAUSE[String(data.by)] ?? data.by}`;
  if (kind === 'moved') return BECAUSE.renamed ?? '';
  if (kind === 'merged')
    return data.because === 'alias'
      ? `${data.tool} reports the same bug of the same package`
      : data.because === 'weakness'
        ? `${data.tool} reports the same weakness at the same place`
        : 'somebody said so';
  return data.because === 'fixed' ? 'the finding that it was merged into is fixed' : 'somebody said so';
}

type Print = { kind: string; version: number; value: Uint8Array };

/** Findings at the same place, or of the same package, with what keeps them apart. */
async function nearOf(
  db: Kysely<Database>,
  project: string,
  {
    row,
    prints,
  }: {
    row: { id: string; task: string; location: string; merged_into: string | null };
    prints: readonly Print[];
  },
): Promise<Explained['near']> {
  const at = JSON.parse(row.location) as Location;
  const { crossTool, lineTolerance } = await readMatching(db, project);
  const refused = await db
    .selectFrom('merge_refusal')
    .select(['finding', 'other'])
    .where((e) => e.or([e('finding', '=', row.id), e('other', '=', row.id)]))
    .execute();
  const apart = new Set(refused.flatMap(({ finding, other }) => [finding, other]));
  const found = new Map<string, Explained['near'][number]>();
  for (const [from, to] of placesOf(prints)) {
    const rows = await db
      .selectFrom('finding_fingerprint as p')
      .innerJoin('finding as f', 'f.id', 'p.finding')
      .leftJoin('finding as m', 'm.id', 'f.merged_into')
      .select(['p.kind', 'p.value', 'f.id', 'f.task', 'f.rule', 'f.title', 'f.status', 'f.location'])
      .select(['f.merged_into', 'm.task as merged_task'])
      .where('p.value', '>=', from)
      .where('p.value', '<=', to)
      .where('f.project', '=', project)
      .where('f.id', '<>', row.id)
      .orderBy('p.value')
      .limit(NEAR * 4)
      .execute();
    for (const one of rows) {
      const other = JSON.parse(one.location) as Location;
      if (Math.abs(lineOf(other) - lineOf(at)) > NEAR_LINES || found.size >= NEAR) continue;
      const shares = prints.some(({ kind, value }) => kind === one.kind && equal(value, one.value));
      const because = together(row, one)
        ? 'they are one: one of them is the duplicate of the other'
        : apart.has(one.id)
          ? 'somebody said that they are two'
          : whyNot({ task: row.task, at }, one as Candidate, { shares, crossTool, lineTolerance });
      const known = found.get(one.id);
      // What they have in common says more than what they have not.
      if (known && !shares) continue;
      const { id, task: tool, rule, title, status } = one;
      found.set(id, { id, tool, rule, title, status, location: other, because });
    }
  }
  return [...found.values()];
}

function together(
  a: { id: string; merged_into: string | null },
  b: { id: string; merged_into: string | null },
): boolean {
  return (
    a.merged_into === b.id ||
    b.merged_into === a.id ||
    (a.merged_into !== null && a.merged_into === b.merged_into)
  );
}

function whyNot(
  { task, at }: { task: string; at: Location },
  one: Candidate,
  { shares, crossTool, lineTolerance }: { shares: boolean; crossTool: boolean; lineTolerance: number },
): string {
  if (one.task === task) return DIFFERENT['same-tool'];
  if (!shares) return at.kind === 'package' ? 'they have no id of a bug in common' : 'it is another weakness';
  if (!crossTool) return 'the project does not merge findings of different tools';
  const difference = differenceOf({ tool: task, at }, one, lineTolerance);
  return difference
    ? DIFFERENT[difference]
    : 'they were found before this was compared, or under another setting';
}

/** Values that begin alike are of one place, or one package: four digits of the asset, four of the folder, four of the file. */
function placesOf(prints: readonly Print[]): [Buffer, Buffer][] {
  const ranges = new Map<string, [Buffer, Buffer]>();
  for (const { kind, version, value } of prints) {
    if (version < 2 || (kind !== 'weakness' && kind !== 'alias')) continue;
    const digits = Buffer.from(value)
      .toString('hex')
      .slice(0, kind === 'weakness' ? 12 : 8);
    ranges.set(digits, [
      Buffer.from(digits.padEnd(32, '0'), 'hex'),
      Buffer.from(digits.padEnd(32, 'f'), 'hex'),
    ]);
  }
  return [...ranges.values()];
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
