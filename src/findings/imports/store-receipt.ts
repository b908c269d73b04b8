import type { Transaction } from 'kysely';
import type { RunCounts } from '../../model/run.ts';
import type { Database } from '../../store/schema.ts';
import { type Merged, ReportSummary, receiptOf, type Verdicts } from './receipt.ts';

export interface EndedImport {
  run: { id: string; project: string; principal: string; params: string; target: string | null };
  output: unknown;
  counts: RunCounts | undefined;
  verdicts: Verdicts | undefined;
  merged: Merged | undefined;
}

/** Keeps what an import did, in the transaction in which its run ends. */
export async function storeReceipt(tx: Transaction<Database>, ended: EndedImport): Promise<void> {
  const { run, counts, verdicts, merged } = ended;
  const summary = ReportSummary.safeParse(ended.output).data;
  const [file] = summary?.files ?? [];
  const params = JSON.parse(run.params) as { report?: unknown };
  const upload = /^upload:(fil_[0-9a-f-]{36})/.exec(String(params.report))?.[1];
  const values = {
    project: run.project,
    file: upload ?? null,
    name: (run.target ?? file?.name ?? 'report').split(/[/\\]/).at(-1) || 'report',
    format: summary?.format ?? 'unknown',
    tools: JSON.stringify(summary?.tools ?? []),
    sha256: file?.sha256 ?? '',
    size: (summary?.files ?? []).reduce((total, { size }) => total + size, 0),
    receipt: JSON.stringify(receiptOf(summary, counts, verdicts, merged)),
    actor: run.principal,
  };
  await tx
    .insertInto('import_receipt')
    .values({ ...values, run: run.id, created: Date.now(), undone: null, undone_by: null })
    .onConflict((conflict) => conflict.column('run').doUpdateSet(values))
    .execute();
}
