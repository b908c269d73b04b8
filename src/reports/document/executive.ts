import { numberText } from '../charts/chart.ts';
import type { Snapshot } from '../snapshot/read-snapshot.ts';
import type { Block, Medium } from './block.ts';
import { acceptedTable, FINDING_COLUMNS, findingCells, overview } from './parts.ts';
import { type Summary, summarise } from './summary.ts';

/** For who decides: what it comes to, what matters most, what was accepted. */
export async function* executive(snapshot: Snapshot, medium: Medium): AsyncGenerator<Block> {
  const { head } = snapshot;
  const summary = await summarise(snapshot);
  yield { kind: 'heading', level: 1, text: 'Summary' };
  yield* overview(head, summary);
  yield* mostSevere(summary, head.counts.open);
  yield* acceptedTable(summary);
  if (medium === 'page') yield { kind: 'explorer' };
}

export function* mostSevere({ top }: Summary, open: number): Generator<Block> {
  if (top.length === 0) return;
  yield { kind: 'heading', level: 1, text: 'What matters most' };
  const some = top.length < open;
  yield {
    kind: 'table',
    caption: some
      ? `The ${top.length} most severe of ${numberText(open)} open findings`
      : 'All open findings, most severe first',
    columns: FINDING_COLUMNS,
    rows: top.map(findingCells),
  };
  if (some)
    yield {
      kind: 'paragraph',
      text: `${numberText(open - top.length)} further open findings: the technical report has all.`,
      tone: 'muted',
    };
}
