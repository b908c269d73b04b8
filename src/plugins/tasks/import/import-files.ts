import { createHash } from 'node:crypto';
import { importEvents } from '../../../importers/import-events.ts';
import type { ImportEvent, Importer } from '../../../importers/importer.ts';
import { readMapped } from '../../../importers/mapping/index.ts';
import type { Mapping } from '../../../importers/mapping/mapping.ts';
import { plainBytes } from '../../../importers/read/open-report.ts';
import { readHead } from '../../../importers/read/report-head.ts';
import { ReportProblem } from '../../../importers/read/report-problem.ts';
import { recognise } from '../../../importers/recognise.ts';
import { type ReportFile, reportFiles } from '../../../importers/report-files.ts';
import { SentinelError } from '../../../lib/errors.ts';
import type { Ctx, TaskEvent } from '../../../plugin/task.ts';
import { createSummary, type Summary } from './summary.ts';

interface Params {
  format: string;
  covers: 'auto' | 'yes' | 'no';
  root?: string | undefined;
  asset?: string | undefined;
  mapping?: Mapping | undefined;
}
type Context = Ctx<Params, 'read'>;
type Counting = ReturnType<typeof createSummary>;

/** Beyond it nobody looks at findings any more, and a report has gone wrong. */
const MAX_FINDINGS = 10_000_000;
const PROGRESS_MS = 250;

/** Imports the report, or every report of an archive; one that is of no known format is a problem among several, and the end when it is alone. */
export async function* importFiles(ctx: Context): AsyncGenerator<TaskEvent<string>, Summary> {
  const summary = createSummary();
  const files = [...reportFiles(ctx.files)];
  if (files.length === 0) throw new SentinelError('unknown-format', 'There is no file in it.');
  const alone = files.length === 1;
  for (const file of files) {
    ctx.signal.throwIfAborted();
    const importer = await importerFor(file, ctx.params);
    if ('unknown' in importer) {
      if (alone) throw new SentinelError('unknown-format', `${file.name}: ${importer.unknown}`);
      yield { type: 'problem', at: file.path, code: 'unknown-format', message: importer.unknown };
      continue;
    }
    summary.file({ name: file.name, format: importer.id, size: file.size, sha256: await hashOf(file) });
    yield* importFile(file, importer, { ctx, summary, alone });
  }
  return summary.result();
}

async function importerFor(file: ReportFile, params: Params): Promise<Importer | { unknown: string }> {
  if (params.mapping) return mapped(params.mapping);
  try {
    const found = await recognise(await readHead(file.name, plainBytes(file)), params.format);
    return 'importer' in found ? found.importer : found;
  } catch (error) {
    if (error instanceof ReportProblem) return { unknown: error.message };
    throw error;
  }
}

function mapped(mapping: Mapping): Importer {
  return {
    id: mapping.tool,
    title: mapping.tool,
    summary: '',
    recognise: () => 1,
    read: (report, context) => readMapped(report, mapping, context),
  };
}

async function hashOf(file: ReportFile): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of file.bytes()) hash.update(bytes);
  return hash.digest('hex');
}

async function* importFile(
  file: ReportFile,
  importer: Importer,
  { ctx, summary, alone }: { ctx: Context; summary: Counting; alone: boolean },
): AsyncGenerator<TaskEvent<string>> {
  const { params } = ctx;
  const tools = new Set<string>();
  let told = Date.now();
  let heard = 0;
  /** Until something can be used: of a report that is no use at all the first one is its error, and is not told twice. */
  let held: Extract<ImportEvent, { type: 'problem' }>[] = [];
  const options = {
    signal: ctx.signal,
    log: ctx.log,
    mapping: params.mapping ?? null,
    covers: params.covers,
    root: params.root,
  };
  for await (const event of importEvents(importer, file, options)) {
    if (event.type === 'problem' && heard === 0) {
      held.push(event);
      continue;
    }
    if (event.type === 'finding' || event.type === 'skipped' || event.type === 'verdict') {
      heard += 1;
      for (const { at, message } of held) yield problem(at, message);
      held = [];
    }
    if (event.type === 'finding' && summary.findings() >= MAX_FINDINGS) {
      yield problem(file.name, `There are more than ${MAX_FINDINGS} findings: the others are not imported.`);
      return;
    }
    yield* handOn(event, { params, summary, tools });
    if (Date.now() - told < PROGRESS_MS) continue;
    told = Date.now();
    yield { type: 'progress', done: Math.min(file.done(), file.size), total: file.size, note: file.name };
  }
  for (const tool of tools) summary.tool(tool);
  const [first] = held;
  for (const { at, message } of alone ? held.slice(1) : held) yield problem(at, message);
  // Not one word of it could be used: that is no import of which something is missing.
  if (alone && first) throw new SentinelError('report-broken', `${file.name}: ${first.at}: ${first.message}`);
  yield { type: 'progress', done: file.size, total: file.size, note: file.name };
}

function* handOn(
  event: ImportEvent,
  { params, summary, tools }: { params: Params; summary: Counting; tools: Set<string> },
): Generator<TaskEvent<string>> {
  switch (event.type) {
    case 'skipped':
      summary.parsed();
      summary.skip(event.reason, event.at);
      return;
    case 'problem':
      yield problem(event.at, event.message);
      return;
    case 'note':
      summary.note(event.text);
      return;
    case 'asset':
      if (params.asset === undefined) yield event;
      return;
    case 'finding': {
      summary.parsed();
      if (event.tool) tools.add(event.tool);
      const { ruleText: _text, ...finding } = event;
      yield finding;
      return;
    }
    case 'verdict':
      summary.parsed();
      yield event;
      return;
    case 'covered':
      if (event.tool) tools.add(event.tool);
      yield event;
      return;
    default:
      yield event;
  }
}

function problem(at: string, message: string): TaskEvent<string> {
  return { type: 'problem', at, code: 'report-broken', message };
}
