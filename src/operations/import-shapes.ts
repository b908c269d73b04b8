import * as z from 'zod';
import { Merged, Receipt, Skip, StoredReceipt, Undone, Verdicts } from '../findings/imports/receipt.ts';
import { CHANGE_STATUSES } from '../findings/lifecycle/change-sets.ts';
import { SentinelError } from '../lib/errors.ts';
import { Problem, RunStatus } from '../model/run.ts';
import type { OperationContext } from './operation.ts';

export const TASK = 'import';
const PROBLEMS = 200;

export const Import = z.object({
  run: z.string(),
  status: RunStatus,
  name: z.string(),
  format: z.string().nullable(),
  tools: z.array(z.string()),
  asset: z.object({ id: z.string(), name: z.string() }).nullable(),
  sha256: z.string().nullable(),
  size: z.int().nullable(),
  created: z.int(),
  actor: z.string(),
  /** Null while it runs. */
  receipt: Receipt.nullable(),
  undone: z.int().nullable(),
  undoneBy: z.string().nullable(),
  change: z
    .object({ id: z.string(), status: z.enum(CHANGE_STATUSES) })
    .nullable()
    .describe('The change that it is: `undoing` while it is taken back; null when it has changed nothing'),
});

export const FullImport = Import.extend({
  skips: z.array(Skip),
  notes: z.array(z.string()).describe('What its paths are relative to, and what else is good to know'),
  verdicts: Verdicts.nullable(),
  merged: Merged.nullable().describe(
    'New findings that are the same bug as one of another tool; null: unknown',
  ),
  closings: z
    .array(
      z.object({ id: z.string(), tool: z.string(), open: z.int(), closing: z.int(), status: z.string() }),
    )
    .describe('What it would close, and that waits or waited for somebody to look'),
  undo: Undone.nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  problems: z.array(Problem),
});

type Row = Awaited<ReturnType<ReturnType<typeof imports>['execute']>>[number];
type Changes = ReadonlyMap<string, z.output<typeof Import>['change']>;

export function imports({ services, caller }: OperationContext) {
  return services.store.db
    .selectFrom('run as r')
    .leftJoin('import_receipt as i', 'i.run', 'r.id')
    .leftJoin('asset as a', 'a.id', 'r.asset')
    .select(['r.id', 'r.status', 'r.target', 'r.created', 'r.principal', 'r.error_code', 'r.error_message'])
    .select(['i.name', 'i.format', 'i.tools', 'i.sha256', 'i.size', 'i.receipt', 'i.undone', 'i.undone_by'])
    .select(['a.id as asset_id', 'a.name as asset_name'])
    .where('r.project', '=', caller.project)
    .where('r.task', '=', TASK);
}

/** The change set that stands for each import. */
export async function changesOf(
  { services, caller }: OperationContext,
  rows: readonly { id: string }[],
): Promise<Changes> {
  if (rows.length === 0) return new Map();
  const sets = await services.store.db
    .selectFrom('change_set')
    .select(['id', 'run', 'status'])
    .where('project', '=', caller.project)
    .where('kind', '=', 'import')
    .where(
      'run',
      'in',
      rows.map(({ id }) => id),
    )
    // An import whose statements decided has a second one; the first is the one that counts.
    .orderBy('id', 'desc')
    .execute();
  return new Map(
    sets.map(({ id, run, status }) => [
      run ?? '',
      { id, status: status as (typeof CHANGE_STATUSES)[number] },
    ]),
  );
}

export function toImport(row: Row, changes: Changes): z.input<typeof Import> {
  return {
    run: row.id,
    status: row.status as z.input<typeof RunStatus>,
    name: row.name ?? row.target?.split(/[/\\]/).at(-1) ?? 'report',
    format: row.format,
    tools: row.tools === null ? [] : (JSON.parse(row.tools) as string[]),
    asset: row.asset_id === null ? null : { id: row.asset_id, name: row.asset_name ?? '' },
    sha256: row.sha256 || null,
    size: row.size,
    created: row.created,
    actor: row.principal,
    receipt: row.receipt === null ? null : StoredReceipt.parse(JSON.parse(row.receipt)).receipt,
    undone: row.undone,
    undoneBy: row.undone_by,
    change: changes.get(row.id) ?? null,
  };
}

export async function fullImport(
  context: OperationContext,
  run: string,
): Promise<z.input<typeof FullImport>> {
  const row = await imports(context).where('r.id', '=', run).executeTakeFirst();
  if (!row) throw new SentinelError('not-found', `There is no import ${run}.`);
  const { db } = context.services.store;
  const problems = await db
    .selectFrom('problem')
    .select(['at', 'code', 'message'])
    .where('run', '=', run)
    .orderBy('seq')
    .limit(PROBLEMS)
    .execute();
  const closings = await db
    .selectFrom('close_review')
    .select(['id', 'task as tool', 'open', 'closing', 'status'])
    .where('project', '=', context.caller.project)
    .where('run', '=', run)
    .orderBy('id')
    .execute();
  const stored = row.receipt === null ? undefined : StoredReceipt.parse(JSON.parse(row.receipt));
  return {
    ...toImport(row, await changesOf(context, [row])),
    skips: stored?.skips ?? [],
    notes: stored?.notes ?? [],
    verdicts: stored?.verdicts ?? null,
    merged: stored?.merged ?? null,
    closings,
    undo: stored?.undo ?? null,
    error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
    problems,
  };
}
