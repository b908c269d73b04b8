import { SEVERITIES, type Severity } from '../../model/severity.ts';
import { FRAMEWORK_TABLES } from '../compliance/frameworks.ts';
import type { FrameworkTable } from '../compliance/table.ts';
import { type Framework, isOpenStatus, type ReportFinding, type ReportHead, ruleKey } from '../model.ts';
import type { Snapshot } from '../snapshot/read-snapshot.ts';
import type { Block, Medium } from './block.ts';
import { FINDING_COLUMNS, findingCells, overview, rowsOf } from './parts.ts';
import { summarise } from './summary.ts';
import { plural } from './words.ts';

interface Count {
  open: number;
  accepted: number;
  closed: number;
  worst: Severity | null;
}

/** What was found, under the headings of a standard. It does not say that the rest of the standard is met. */
export async function* compliance(
  snapshot: Snapshot,
  medium: Medium,
  frameworks: readonly Framework[],
): AsyncGenerator<Block> {
  const { head } = snapshot;
  yield { kind: 'heading', level: 1, text: 'Summary' };
  yield* overview(head, await summarise(snapshot));
  yield {
    kind: 'paragraph',
    text: 'Findings are put under the categories of each standard by their CWE numbers. A category without findings says that nothing was found there, not that its requirements are met: many of them cannot be tested by a program.',
    tone: 'muted',
  };
  for (const id of frameworks) yield* framework(snapshot, FRAMEWORK_TABLES[id], medium);
  if (medium === 'page') yield { kind: 'explorer' };
}

async function* framework(snapshot: Snapshot, table: FrameworkTable, medium: Medium): AsyncGenerator<Block> {
  const { counts, none } = await countCategories(snapshot, table);
  yield { kind: 'heading', level: 1, text: table.title };
  yield { kind: 'paragraph', text: table.about, tone: 'muted' };
  yield {
    kind: 'table',
    caption: `${table.title}: findings by category`,
    columns: [
      { title: 'Category', weight: 1.1 },
      { title: 'Title', weight: 3 },
      { title: 'Worst open', weight: 1 },
      { title: 'Open', align: 'end', weight: 0.7 },
      { title: 'Accepted', align: 'end', weight: 0.9 },
      { title: 'Closed', align: 'end', weight: 0.7 },
    ],
    rows: table.categories.map(({ id, title }) => {
      const count = counts.get(id) ?? { open: 0, accepted: 0, closed: 0, worst: null };
      return [
        medium === 'page' ? { link: `category:${table.id}/${id}`, text: id } : id,
        title,
        count.worst === null ? 'none' : { severity: count.worst },
        count.open,
        count.accepted,
        count.closed,
      ];
    }),
  };
  if (none > 0)
    yield {
      kind: 'paragraph',
      text: `${plural(none, 'finding has', 'findings have')} no CWE number that the standard maps, and stand${none === 1 ? 's' : ''} in none of these categories.`,
    };
  if (medium === 'page') return;
  for (const category of table.categories) {
    if ((counts.get(category.id)?.open ?? 0) === 0) continue;
    yield { kind: 'heading', level: 2, text: `${category.id} ${category.title}` };
    const cwes = new Set(category.cwe);
    yield {
      kind: 'table',
      caption: `Open findings of ${category.id}`,
      columns: FINDING_COLUMNS,
      rows: rowsOf(
        snapshot.findings(),
        (finding) =>
          isOpenStatus(finding.status) && cwesOf(finding, snapshot.head).some((cwe) => cwes.has(cwe)),
        findingCells,
      ),
    };
  }
}

async function countCategories(snapshot: Snapshot, table: FrameworkTable) {
  const categoriesOf = new Map<number, string[]>();
  for (const { id, cwe } of table.categories)
    for (const number of cwe) categoriesOf.set(number, [...(categoriesOf.get(number) ?? []), id]);
  const counts = new Map<string, Count>();
  let none = 0;
  for await (const finding of snapshot.findings()) {
    const ids = new Set(cwesOf(finding, snapshot.head).flatMap((cwe) => categoriesOf.get(cwe) ?? []));
    if (ids.size === 0) none += 1;
    for (const id of ids) add(counts, id, finding);
  }
  return { counts, none };
}

function add(counts: Map<string, Count>, id: string, { status, severity }: ReportFinding): void {
  const count = counts.get(id) ?? { open: 0, accepted: 0, closed: 0, worst: null };
  if (isOpenStatus(status)) {
    count.open += 1;
    if (count.worst === null || SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(count.worst))
      count.worst = severity;
  } else if (status === 'risk-accepted') count.accepted += 1;
  else count.closed += 1;
  counts.set(id, count);
}

/** Of its rule, and of itself where its tool said more. */
export function cwesOf(finding: ReportFinding, { rules }: Pick<ReportHead, 'rules'>): number[] {
  const own = finding.about.flatMap(({ kind, value }) =>
    kind === 'cwe' ? [Number(/\d+/.exec(value)?.[0] ?? 0)] : [],
  );
  return [...new Set([...(rules[ruleKey(finding)]?.cwe ?? []), ...own])];
}
