import { SEVERITIES } from '../../model/severity.ts';
import { CHANGE_NAMES, changeChart, severityChart } from '../charts/report-charts.ts';
import type { Change, ReportFinding, ReportHead } from '../model.ts';
import type { Snapshot } from '../snapshot/read-snapshot.ts';
import type { Block, Medium } from './block.ts';
import { FINDING_COLUMNS, findingCells, problems, rowsOf, ruleChapter } from './parts.ts';
import { bySeverity } from './technical.ts';
import { againstText, capital, plural } from './words.ts';

const ORDER: readonly Change[] = ['new', 'reopened', 'changed', 'fixed', 'gone', 'open'];
/** Of these one wants to see the code. */
const DETAILED: readonly Change[] = ['new', 'reopened'];

/** What is new, what is fixed, what is as it was. */
export async function* delta(snapshot: Snapshot, medium: Medium): AsyncGenerator<Block> {
  const { head } = snapshot;
  const { change } = head.counts;
  yield { kind: 'heading', level: 1, text: 'What changed' };
  const against = againstText(head);
  if (against) yield { kind: 'paragraph', text: against };
  yield { kind: 'paragraph', text: deltaSentence(head) };
  yield* problems(head);
  const grid = await countGrid(snapshot);
  yield { kind: 'charts', charts: [changeChart(change), severityChart(grid.new, 'New, by severity')] };
  yield {
    kind: 'table',
    caption: 'Changes by severity',
    columns: [
      { title: 'Change', weight: 2 },
      ...SEVERITIES.map((severity) => ({ title: capital(severity), align: 'end' as const })),
      { title: 'All', align: 'end' },
    ],
    rows: ORDER.map((name) => [
      CHANGE_NAMES[name],
      ...SEVERITIES.map((severity) => grid[name][severity]),
      change[name],
    ]),
  };
  if (medium === 'page') {
    yield { kind: 'explorer' };
    return;
  }
  for (const name of ORDER) yield* chapter(snapshot, name);
  yield* ruleChapter(head);
}

export function deltaSentence({ counts: { change } }: ReportHead): string {
  return `${plural(change.new, 'finding is', 'findings are')} new, ${plural(change.reopened, 'came', 'came')} back, ${change.changed} changed, ${change.fixed} fixed, ${change.open} as before${change.gone > 0 ? `, ${change.gone} no longer in the filter` : ''}.`;
}

async function* chapter(snapshot: Snapshot, name: Change): AsyncGenerator<Block> {
  if (snapshot.head.counts.change[name] === 0) return;
  yield { kind: 'heading', level: 1, text: CHANGE_NAMES[name] };
  const fits = (finding: ReportFinding) => finding.change === name;
  if (DETAILED.includes(name)) {
    yield* bySeverity(snapshot, fits);
    return;
  }
  yield {
    kind: 'table',
    caption: CHANGE_NAMES[name],
    columns: name === 'changed' ? [...FINDING_COLUMNS, { title: 'Before', weight: 1.2 }] : FINDING_COLUMNS,
    rows: rowsOf(snapshot.findings(), fits, (finding) =>
      name === 'changed' ? [...findingCells(finding), beforeText(finding)] : findingCells(finding),
    ),
  };
}

function beforeText({ before, severity, status }: ReportFinding): string {
  if (!before) return '';
  return [before.severity === severity ? '' : before.severity, before.status === status ? '' : before.status]
    .filter(Boolean)
    .join(', ');
}

async function countGrid(snapshot: Snapshot) {
  const grid = Object.fromEntries(
    ORDER.map((name) => [name, Object.fromEntries(SEVERITIES.map((severity) => [severity, 0]))]),
  ) as Record<Change, Record<(typeof SEVERITIES)[number], number>>;
  for await (const { change, severity } of snapshot.findings()) if (change) grid[change][severity] += 1;
  return grid;
}
