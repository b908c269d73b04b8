import type { Coverage } from '../findings/close.ts';
import { closeGone } from '../findings/close-review.ts';
import type { Merged } from '../findings/imports/receipt.ts';
import { createIngest } from '../findings/ingest/in-chunks.ts';
import type { Prepared } from '../findings/ingest/prepare.ts';
import type { IngestedFinding, IngestScope } from '../findings/ingest/scope.ts';
import { storePrepared } from '../findings/ingest.ts';
import { createMasker } from '../findings/masker.ts';
import { DEFAULT_MATCHING, readMatching } from '../findings/matching-settings.ts';
import { createRuleBook, ruleOf } from '../findings/rule-book.ts';
import { SentinelError } from '../lib/errors.ts';
import type { Location } from '../model/location.ts';
import type { RuleText } from '../model/rule.ts';
import type { Progress, RunCounts, RunStatus } from '../model/run.ts';
import type { FindingEvent } from '../plugin/task.ts';
import { NO_COUNTS, ownedRun, type RunRow } from '../store/runs.ts';
import type { Store, WriteContext } from '../store/store.ts';
import type { WireEvent } from './isolation/messages.ts';
import { lockWorkflowRun } from './lock-order.ts';
import { refuseImporting } from './refuse-importing.ts';
import { createRunChangeSet } from './run-change-set.ts';
import type { RunEnded } from './run-ended.ts';
import { createLogBuffer } from './run-log-buffer.ts';
import { createOtherEvents } from './run-other-events.ts';

export interface RecorderOptions {
  store: Store;
  row: RunRow;
  key: Buffer;
  rules: Record<string, RuleText>;
  /** Its task reports what other tools found: it may name them, and what it changes can be undone as one change set. */
  imports: boolean;
  limits: { findings: number; logLines: number };
  placeGone(at: Location): boolean;
  runEnded?: RunEnded | undefined;
}

const PROGRESS_MS = 400;
/** Findings that are never stored in parts. */
const ONE_TRANSACTION = 50;
/** Findings that the receipt of an import names; the list of findings has all of them. */
const MERGES_NAMED = 20;

/** Turns what a run reports into rows and events, each batch in one transaction that only the owner of the run can write. */
export function createRecorder(options: RecorderOptions) {
  const { store, row } = options;
  const counts: RunCounts = { ...NO_COUNTS };
  const rules = createRuleBook(row.task, options.rules);
  const changeSet = options.imports ? createRunChangeSet(row) : undefined;
  const masker = createMasker();
  const coverage: Coverage[] = [];
  const scope: IngestScope = {
    dialect: store.dialect,
    key: options.key,
    project: row.project,
    asset: row.asset ?? 'ast_none',
    task: row.task,
    run: row.id,
    actor: row.principal,
    rules: rules.book,
    masker,
    taken: new Set(),
    matching: DEFAULT_MATCHING,
    // What is imported is nowhere where one could look whether a file is gone.
    ...(options.imports ? {} : { placeGone: options.placeGone }),
    ...(changeSet === undefined ? {} : { changeSet: changeSet.id }),
  };
  const merged: Merged = { count: 0, examples: [] };
  let found = 0;
  let rest: WireEvent[] = [];
  let progress: Progress | undefined;
  // A run that has ended by then never says how far it is.
  let progressAt = Date.now();

  const envelope = { project: row.project, actor: row.principal, subject: row.id, run: row.id };
  const owned = <T>(work: (context: WriteContext) => Promise<T>, named: { label?: string } = {}) =>
    store.write({ lane: 'run', ...named }, async (context) => {
      await ownedRun(context.tx, store.dialect, row);
      return work(context);
    });

  const logLines = createLogBuffer({
    run: row.id,
    dialect: store.dialect,
    limit: options.limits.logLines,
    masker,
    owned,
  });
  const { log } = logLines;

  /** Text by text, names of fields too: within JSON a secret could stand in another spelling. */
  function masked<T>(value: T): T {
    if (typeof value === 'string') return masker.mask(value) as T;
    if (Array.isArray(value)) return value.map((one) => masked(one)) as T;
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [masker.mask(key), masked(one)]),
    ) as T;
  }

  const storeOther = createOtherEvents({ dialect: store.dialect, row, masker, masked, counts });

  const ingest = createIngest(scope, {
    store: (items) => owned((context) => storeFindings(context, items), { label: 'run.events' }),
    personWrites: store.personWrites,
  });

  let settingsRead = false;
  /** As they are when the run reports: not everybody who makes a recorder waits for the store. */
  async function readSettings(): Promise<void> {
    if (settingsRead) return;
    scope.matching = await readMatching(store.db, row.project);
    settingsRead = true;
  }

  async function events(list: readonly WireEvent[]): Promise<void> {
    await readSettings();
    const findings = list.filter((event): event is FindingEvent<string> => event.type === 'finding');
    found += findings.length;
    if (found > options.limits.findings)
      throw new SentinelError(
        'output-limit',
        `The run reported more than ${options.limits.findings} findings.`,
      );
    for (const event of list) {
      if (!options.imports) refuseImporting(event);
      if (event.type === 'rule') rules.add(event.tool ?? row.task, event.id, masked(event.text));
      else if (event.type === 'covered') coverage.push(event);
      else if (event.type === 'progress')
        progress = {
          done: event.done,
          total: event.total ?? null,
          note: event.note === undefined ? null : masker.mask(event.note),
        };
    }
    const unknown = findings.find((event) => !ruleOf(rules.book, event.tool ?? row.task, event.rule));
    if (unknown)
      throw new SentinelError('task-protocol', `The task reported the unknown rule ${unknown.rule}.`);
    const others = list.filter(
      (event) => event.type === 'problem' || event.type === 'covered' || event.type === 'rule',
    );
    // More findings may be several transactions, and the masker must know all of their secrets before the others are written.
    if (findings.length <= ONE_TRANSACTION) rest = others;
    await ingest(findings);
    if (findings.length > ONE_TRANSACTION) rest = others;
    if (rest.length > 0 || progressDue())
      await owned(
        async (context) => {
          await storeBeside(context);
          context.defer(countsUpdate(context, counts));
        },
        { label: 'run.rest' },
      );
  }

  function progressDue(): boolean {
    return progress !== undefined && Date.now() - progressAt >= PROGRESS_MS;
  }

  /** What waits besides findings goes with the next transaction: each costs the store as much as ten findings that are known. */
  async function storeBeside(context: WriteContext): Promise<void> {
    const list = rest;
    rest = [];
    for (const event of list) await storeOther(context, event);
    if (progressDue()) storeProgress(context);
    await logLines.storeInside(context);
  }

  function countsUpdate({ tx }: WriteContext, now: RunCounts) {
    return tx
      .updateTable('run')
      .set({ counts: JSON.stringify(now) })
      .where('id', '=', row.id);
  }

  async function storeFindings(context: WriteContext, items: readonly Prepared[]): Promise<void> {
    await changeSet?.store(context);
    await storeBeside(context);
    const results = await storePrepared(context, scope, items);
    const now = { ...counts };
    for (const result of results) {
      if (result.again) continue;
      now[result.change] += 1;
      now[result.severity] += 1;
    }
    context.defer(countsUpdate(context, now));
    context.afterCommit(() => Object.assign(counts, now));
    context.afterCommit(() => noteMerges(results));
  }

  function noteMerges(results: readonly IngestedFinding[]): void {
    for (const { id, change, again, mergedInto, rule, tool } of results) {
      if (mergedInto === null || change !== 'new' || again) continue;
      merged.count += 1;
      if (merged.examples.length < MERGES_NAMED)
        merged.examples.push({ finding: id, into: mergedInto, rule, tool });
    }
  }

  function storeProgress({ tx, emit, defer }: WriteContext): void {
    const current = progress;
    if (!current) return;
    progress = undefined;
    progressAt = Date.now();
    defer(
      tx
        .updateTable('run')
        .set({ progress: JSON.stringify(current) })
        .where('id', '=', row.id),
    );
    emit({ ...envelope, type: 'run.progress', data: current });
  }

  /** The findings of each tool that says what it has looked at. */
  async function close(): Promise<number> {
    await readSettings();
    if (changeSet) await owned(changeSet.store);
    const tools = new Set(coverage.map((part) => part.tool ?? row.task));
    let closed = 0;
    for (const tool of tools) {
      const result = await closeGone(
        store,
        {
          run: row.id,
          project: row.project,
          asset: scope.asset,
          task: tool,
          actor: row.principal,
          rules: rules.book,
          coverage: coverage.filter((part) => (part.tool ?? row.task) === tool),
          ...(changeSet === undefined ? {} : { changeSet: changeSet.id }),
        },
        scope.matching,
      );
      closed += result.closed;
      if (result.review) await tellReview(tool, result.review);
    }
    return closed;
  }

  async function tellReview(
    tool: string,
    { id, closing, open }: { id: string; closing: number; open: number },
  ): Promise<void> {
    const text = `${closing} of ${open} open findings of ${tool} were not found again: they stay open until somebody approves (${id}).`;
    await log({ type: 'log', time: Date.now(), level: 'warn', text });
    await logLines.flush().catch(() => undefined);
  }

  /** Closes what is gone (after a run that reached its end) and ends the run. */
  async function finish(end: {
    status: RunStatus;
    output: unknown;
    error: SentinelError | null;
  }): Promise<RunStatus> {
    await logLines.whenWritten();
    const status = end.status === 'done' && counts.problems > 0 ? 'partial' : end.status;
    if (status === 'done' || status === 'partial') counts.fixed = await close();
    const error = end.error && { code: end.error.code, message: masker.mask(end.error.message) };
    const output = end.output === null || end.output === undefined ? null : masked(end.output);
    await store.write({ lane: 'run', label: 'run.finish' }, async (context) => {
      const { tx, emit } = context;
      // Sent together, done in this order.
      await Promise.all([lockWorkflowRun(context, store.dialect, row), ownedRun(tx, store.dialect, row)]);
      await logLines.storeInside(context);
      context.defer(
        tx
          .updateTable('run')
          .set({
            status,
            ended: Date.now(),
            counts: JSON.stringify(counts),
            output: output === null ? null : JSON.stringify(output),
            error_code: error?.code ?? null,
            error_message: error?.message ?? null,
            ...(progress ? { progress: JSON.stringify(progress) } : {}),
          })
          .where('id', '=', row.id),
      );
      await changeSet?.end(context, counts, error?.message ?? null);
      emit({ ...envelope, type: 'run.ended', data: { status, counts, error } });
      await options.runEnded?.(context, row, {
        status,
        output,
        error,
        counts,
        ...(changeSet === undefined ? {} : { merged }),
      });
    });
    return status;
  }

  /** Of an import, whose report says what it is about before its first finding. */
  function setAsset(asset: string): void {
    scope.asset = asset;
  }

  return { events, log, finish, owned, envelope, masker, setAsset };
}
