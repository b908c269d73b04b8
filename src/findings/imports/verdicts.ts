import type { Location } from '../../model/location.ts';
import type { TaskEvent } from '../../plugin/task.ts';
import type { WriteContext } from '../../store/store.ts';
import { applyTriage } from '../lifecycle/apply-triage.ts';
import { SKIP_REASONS, type SkipReason, skipWords } from '../lifecycle/status-rules.ts';
import { countSkips } from './count-skips.ts';
import { importChangeSet } from './import-change-set.ts';
import type { Verdicts } from './receipt.ts';
import { samePackage } from './same-package.ts';

export type Verdict = Extract<TaskEvent<string>, { type: 'verdict' }>;

export interface VerdictScope {
  dialect: 'sqlite' | 'postgres';
  project: string;
  actor: string;
  run: string;
  /** Only findings of this asset, when the user has named one. */
  asset: string | null;
}

const MOST = 10_000;

/**
 * Decides about known findings as the statements of a document say. What a person has decided stays, and a second statement of
 * the same document does not overrule the first.
 */
export function createVerdicts(scope: VerdictScope) {
  const skips = countSkips();
  const judged = new Set<string>();
  let changeSet: string | undefined;
  let statements = 0;
  let changed = 0;

  /** In the caller's transaction. The counts are right once it is committed. */
  async function apply(write: WriteContext, verdict: Verdict): Promise<void> {
    const name = nameOf(verdict);
    const found = await findingsOf(write, verdict);
    const free = found.filter(({ id }) => !judged.has(id));
    const decided = await decidedByPeople(write, free);
    const open = free.filter(({ id }) => !decided.has(id));
    const repeated = await alreadySaid(write, open, verdict);
    const wanted = open.filter(({ id }) => !repeated.has(id)).map(({ id }) => id);
    const { changed: done, skipped } =
      wanted.length === 0
        ? { changed: [], skipped: [] }
        : await applyTriage(
            write,
            {
              dialect: scope.dialect,
              project: scope.project,
              actor: scope.actor,
              source: 'import',
              changeSet: await openChangeSet(write),
            },
            wanted,
            verdict.change,
          );
    write.afterCommit(() => {
      statements += 1;
      changed += done.length;
      for (const { id } of found) judged.add(id);
      if (done.length > 0) return;
      skips.add(reasonOf({ found, free, decided, repeated, skipped }), name);
    });
  }

  async function findingsOf({ tx }: WriteContext, { about, purl }: Verdict) {
    const names = about.filter(({ kind }) => kind === 'cve' || kind === 'ghsa');
    if (names.length === 0) return [];
    let select = tx
      .selectFrom('finding_ref as r')
      .innerJoin('finding as f', 'f.id', 'r.finding')
      .select(['f.id', 'f.status', 'f.location'])
      .distinct()
      .where('r.project', '=', scope.project)
      .where((is) => is.or(names.map(({ kind, value }) => is.and({ 'r.kind': kind, 'r.value': value }))))
      .orderBy('f.id')
      .limit(MOST);
    if (scope.asset !== null) select = select.where('f.asset', '=', scope.asset);
    const rows = await select.execute();
    if (purl === undefined || rows.length === 0) return rows;
    const packages = await tx
      .selectFrom('finding_ref')
      .select(['finding', 'value'])
      .where('kind', '=', 'purl')
      .where(
        'finding',
        'in',
        rows.map(({ id }) => id),
      )
      .execute();
    return rows.filter(({ id, location }) => {
      const at = JSON.parse(location) as Location;
      const named = packages.filter(({ finding }) => finding === id).map(({ value }) => value);
      const all = at.kind === 'package' ? [at.purl, ...named] : named;
      return all.some((one) => samePackage(purl, one));
    });
  }

  /** An import does not overrule what somebody here has said. */
  async function decidedByPeople(
    { tx }: WriteContext,
    found: readonly { id: string; status: string }[],
  ): Promise<Set<string>> {
    const ids = found.filter(({ status }) => status !== 'open' && status !== 'fixed').map(({ id }) => id);
    if (ids.length === 0) return new Set();
    const rows = await tx
      .selectFrom('decision')
      .select(['finding', 'source'])
      .where('finding', 'in', ids)
      .orderBy('id')
      .execute();
    const last = new Map(rows.map(({ finding, source }) => [finding, source]));
    return new Set(ids.filter((id) => ['human', 'bulk'].includes(last.get(id) ?? '')));
  }

  /** A document that is imported again must not say everything twice. */
  async function alreadySaid(
    { tx }: WriteContext,
    found: readonly { id: string; status: string }[],
    { change }: Verdict,
  ): Promise<Set<string>> {
    if (change.status !== undefined)
      return new Set(found.filter(({ status }) => status === change.status).map(({ id }) => id));
    if (change.comment === undefined || found.length === 0) return new Set();
    const rows = await tx
      .selectFrom('finding_history')
      .select(['finding', 'data'])
      .where('kind', '=', 'comment')
      .where(
        'finding',
        'in',
        found.map(({ id }) => id),
      )
      .execute();
    const text = JSON.stringify(change.comment);
    return new Set(rows.filter(({ data }) => data.includes(text)).map(({ finding }) => finding));
  }

  async function openChangeSet({ tx, afterCommit }: WriteContext): Promise<string> {
    if (changeSet !== undefined) return changeSet;
    const row = importChangeSet({
      project: scope.project,
      actor: scope.actor,
      run: scope.run,
      status: 'done',
    });
    await tx.insertInto('change_set').values(row).execute();
    afterCommit(() => {
      changeSet = row.id;
    });
    return row.id;
  }

  return {
    apply,
    /** Undefined when the report made no statements. */
    result: (): Verdicts | undefined =>
      statements === 0 ? undefined : { statements, changed, skipped: skips.list() },
  };
}

function reasonOf({
  found,
  free,
  decided,
  repeated,
  skipped,
}: {
  found: readonly unknown[];
  free: readonly unknown[];
  decided: ReadonlySet<string>;
  repeated: ReadonlySet<string>;
  skipped: readonly { reason: SkipReason }[];
}): string {
  if (found.length === 0) return 'no finding of this project is about it';
  if (free.length === 0) return 'another statement of this document is about the same findings';
  if (decided.size > 0) return 'a person has decided about it';
  const [first] = skipped;
  if (first) return skipWords(first.reason) ?? first.reason;
  return repeated.size > 0 ? SKIP_REASONS.unchanged : 'no finding of this project is about it';
}

function nameOf({ about, purl }: Verdict): string {
  const ids = about.map(({ value }) => value).join(', ');
  return purl === undefined ? ids : `${ids} in ${purl}`;
}
