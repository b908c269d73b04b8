import type { SEVERITIES } from '../../model/severity.ts';
import type { ReportFinding } from '../model.ts';
import type { Snapshot } from '../snapshot/read-snapshot.ts';
import type { Block, Medium } from './block.ts';
import { overview, ruleChapter } from './parts.ts';
import { summarise } from './summary.ts';
import { capital, plural } from './words.ts';

/** For who mends: every finding with its code, by step where there are steps, and the rules behind them. */
export async function* technical(snapshot: Snapshot, medium: Medium): AsyncGenerator<Block> {
  const { head } = snapshot;
  yield { kind: 'heading', level: 1, text: 'Summary' };
  yield* overview(head, await summarise(snapshot));
  if (head.sections.length > 1 || head.about.kind === 'file') {
    yield {
      kind: 'table',
      caption: head.about.kind === 'file' ? 'Parts of the file' : 'Steps',
      columns: [
        { title: 'Name', weight: 2 },
        { title: 'Task', weight: 1.4 },
        { title: 'Status' },
        { title: 'Problems', align: 'end', weight: 0.7 },
        { title: 'Findings', align: 'end', weight: 0.7 },
      ],
      rows: head.sections.map(({ name, task, status, problems, findings }) => [
        name,
        task ?? '',
        status,
        problems,
        findings,
      ]),
    };
  }
  if (medium === 'page') yield { kind: 'explorer' };
  else if (head.sections.length > 1) yield* bySection(snapshot);
  else {
    yield { kind: 'heading', level: 1, text: 'Findings' };
    if (head.counts.total === 0) yield { kind: 'paragraph', text: 'There are none.' };
    yield* bySeverity(snapshot, () => true, head.counts.severity);
  }
  yield* ruleChapter(head);
}

async function* bySection(snapshot: Snapshot): AsyncGenerator<Block> {
  for (const [index, section] of snapshot.head.sections.entries()) {
    yield { kind: 'heading', level: 1, text: section.name };
    yield {
      kind: 'paragraph',
      text: `${section.task ?? 'No task of ours'}, ${section.status}: ${plural(section.findings, 'finding')}.`,
      tone: 'muted',
    };
    yield* bySeverity(snapshot, ({ sections }) => sections.includes(index));
  }
}

export async function* bySeverity(
  snapshot: Snapshot,
  fits: (finding: ReportFinding) => boolean,
  counts?: Readonly<Record<(typeof SEVERITIES)[number], number>>,
): AsyncGenerator<Block> {
  let current: ReportFinding['severity'] | undefined;
  for await (const finding of snapshot.findings()) {
    if (!fits(finding)) continue;
    if (finding.severity !== current) {
      current = finding.severity;
      const name = capital(current);
      yield {
        kind: 'heading',
        level: 2,
        text: counts ? `${name} (${counts[current]})` : name,
        severity: current,
      };
    }
    yield { kind: 'finding', finding };
  }
}
