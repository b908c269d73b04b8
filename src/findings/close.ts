import type { ExpressionBuilder } from 'kysely';
import type { CoveredScope } from '../model/coverage.ts';
import type { Location } from '../model/location.ts';
import type { Severity } from '../model/severity.ts';
import type { Database } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { historyInsertion } from './ingest/history.ts';
import { importItems } from './ingest/import-items.ts';
import { type RuleBook, ruleOf } from './rule-book.ts';

export interface Coverage {
  at: CoveredScope;
  /** Rules that looked there; undefined means all of the run's rules. */
  rules?: readonly string[];
  /** The tool that looked; undefined means the run's own task. */
  tool?: string;
}

export interface ClosingRun {
  run: string;
  project: string;
  asset: string;
  /** The tool whose findings are closed. */
  task: string;
  actor: string;
  rules: RuleBook;
  /** Of this tool. */
  coverage: readonly Coverage[];
  changeSet?: string;
}

const BATCH = 500;

/**
 * Closes what this run did not find again, and only where it looked: the place is covered, by the same revision of the
 * same rule. Returns how many were closed.
 */
export async function closeGone(store: Store, closing: ClosingRun): Promise<number> {
  if (closing.coverage.length === 0) return 0;
  let closed = 0;
  let after = '';
  for (;;) {
    const page = await store.db
      .selectFrom('finding')
      .select(['id', 'rule', 'rule_revision', 'title', 'severity', 'location', 'status', 'last_run'])
      .where('asset', '=', closing.asset)
      .where('task', '=', closing.task)
      .where('status', 'in', ['open', 'confirmed'])
      .where('last_run', '<', closing.run)
      .where(notSeenBy(closing.run))
      .where('id', '>', after)
      .orderBy('id')
      .limit(BATCH)
      .execute();
    if (page.length === 0) return closed;
    after = page.at(-1)?.id ?? after;
    const gone = page.filter((row) => wasExamined(closing, row));
    if (gone.length === 0) continue;
    const now = Date.now();
    await store.write({ lane: 'run', label: 'finding.close' }, async ({ tx, emit, defer }) => {
      await tx
        .updateTable('finding')
        .set({ status: 'fixed', fixed_run: closing.run, closed: now })
        .where(
          'id',
          'in',
          gone.map((row) => row.id),
        )
        .where('last_run', '<', closing.run)
        .where(notSeenBy(closing.run))
        .execute();
      const dialect = store.dialect;
      const entries = gone.map((row) => ({
        finding: row.id,
        kind: 'fixed' as const,
        data: { run: closing.run, from: row.status },
      }));
      defer(
        ...historyInsertion({ ...closing, dialect }, entries, now),
        ...importItems(
          dialect,
          closing.changeSet,
          gone.map((row) => ({
            finding: row.id,
            before: { status: row.status, fixed_run: null, closed: null },
            after: { change: 'closed', status: 'fixed', severity: row.severity, last_run: row.last_run },
          })),
        ),
      );
      for (const row of gone) {
        const data = {
          finding: row.id,
          rule: row.rule,
          title: row.title,
          severity: row.severity as Severity,
          location: JSON.parse(row.location) as Location,
        };
        emit({
          type: 'finding.fixed',
          project: closing.project,
          actor: closing.actor,
          subject: row.id,
          run: closing.run,
          data,
        });
      }
    });
    closed += gone.length;
  }
}

/** Of two runs that look at the same thing at the same time each finds what the other has seen last. Ids of runs sort by time. */
function notSeenBy(run: string) {
  return ({ not, exists, selectFrom }: ExpressionBuilder<Database, 'finding'>) =>
    not(
      exists(
        selectFrom('occurrence')
          .select('occurrence.run')
          .where('occurrence.run', '=', run)
          .whereRef('occurrence.finding', '=', 'finding.id'),
      ),
    );
}

function wasExamined(
  closing: ClosingRun,
  finding: { rule: string; rule_revision: number; location: string },
): boolean {
  const rule = ruleOf(closing.rules, closing.task, finding.rule);
  // The report of another tool names only rules that found something: one that is missing from it found nothing.
  if (!rule ? closing.changeSet === undefined : (rule.revision ?? 1) !== finding.rule_revision) return false;
  const at = JSON.parse(finding.location) as Location;
  return closing.coverage.some((part) => (part.rules?.includes(finding.rule) ?? true) && covers(part.at, at));
}

export function covers(scope: CoveredScope, at: Location): boolean {
  switch (scope.kind) {
    case 'everything':
      return true;
    case 'history':
      return at.kind === 'file' && at.commit !== undefined;
    case 'origin':
      return (
        (at.kind === 'http' &&
          originOf(at.url) === originOf(scope.url) &&
          (scope.paths?.includes(pathOf(at.url)) ?? true)) ||
        (at.kind === 'host' && scope.paths === undefined && hostOf(scope.url) === at.name)
      );
    case 'file':
      return isWorkingFile(at) && at.path === scope.path;
    case 'tree':
      return (
        isWorkingFile(at) &&
        isBelow(at.path, scope.path) &&
        !scope.except.some((path) => isBelow(at.path, path))
      );
  }
}

function isWorkingFile(at: Location): at is Extract<Location, { kind: 'file' }> {
  return at.kind === 'file' && at.commit === undefined;
}

function isBelow(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}

function pathOf(url: string): string {
  if (!URL.canParse(url)) return url;
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : url;
}
