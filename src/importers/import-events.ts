import { hash } from 'node:crypto';
import type * as z from 'zod';
import type { Location } from '../model/location.ts';
import type { ImportContext, ImportEvent, ImportedFinding, Importer } from './importer.ts';
import type { Mapping } from './mapping/mapping.ts';
import { createLookout } from './read/lookout.ts';
import { openReport, type ReportSource } from './read/open-report.ts';
import { type ProblemSink, ReportProblem } from './read/report-problem.ts';
import { createRoots, rerooted, scopeBelow } from './roots.ts';
import { tidyFinding, tidyId, tidyRule } from './tidy.ts';

export interface ImportOptions {
  signal: AbortSignal;
  log: ImportContext['log'];
  mapping: Mapping | null;
  /** `yes`: a report that is whole names everything; `no`: it closes nothing. */
  covers?: 'auto' | 'yes' | 'no';
  /** A folder that absolute paths in the report begin with. */
  root?: string | undefined;
}

/** Beyond these the others are only counted: a report of one kind of mistake has it in each of its elements. */
const MAX_PROBLEMS = 100;
const TWICE = 'the same result stands in the report before';
/** A tool repeats itself nearby; to remember every result of a large report would cost more memory than reading it. */
const REMEMBERED = 100_000;

/**
 * What an importer makes of a report, put in order: each rule comes before its first finding, what the readers complain about
 * comes where it happened and once, and a damaged report covers nothing.
 */
export async function* importEvents(
  importer: Importer,
  source: ReportSource,
  options: ImportOptions,
): AsyncGenerator<ImportEvent> {
  const told = new Set<string>();
  const broken = new Set<string>();
  let waiting: ImportEvent[] = [];
  let untold = 0;
  let damaged = false;
  const tell = (at: string, message: string) => {
    const name = `${at}\n${message}`;
    if (told.has(name)) return;
    if (told.size >= MAX_PROBLEMS) {
      untold += 1;
      return;
    }
    told.add(name);
    waiting.push({ type: 'problem', at, message });
  };
  const look = createLookout(importer.holds);
  const problem: ProblemSink['problem'] = (at, message, { damaged: lost = false } = {}) => {
    damaged ||= lost;
    // A file that is read twice is cut off twice.
    if (lost && broken.has(at)) return;
    if (lost) broken.add(at);
    tell(at, message);
  };
  const report = openReport(source, { problem }, look);
  const roots = createRoots(options.root);
  const context: ImportContext = {
    ...options,
    roots,
    cutOff: () => broken.size > 0 || look.complaints(importer.title, false).length > 0,
    stood: look.kindAt,
    problem(at, message) {
      damaged = true;
      tell(at, message);
    },
    take(schema, element) {
      const result = schema.safeParse(element.value);
      if (result.success) return result.data;
      damaged = true;
      tell(
        element.path.join('.') || 'the document',
        `It is not as expected and is left out: ${wordsOf(result.error)}.`,
      );
      return undefined;
    },
  };
  const again = createRecent();
  const announced = new Set<string>();
  const tools = new Set<string>();
  const covered: ImportEvent[] = [];
  try {
    for await (const event of importer.read(report, context)) {
      yield* drain();
      if (event.type === 'problem') {
        damaged ||= event.lost ?? true;
        tell(event.at, event.message);
      } else if (event.type === 'covered') {
        const tool = event.tool ?? importer.id;
        tools.add(tool);
        covered.push({ ...event, at: scopeBelow(event.at, roots), tool });
      } else if (event.type === 'rule') {
        const tool = event.tool ?? importer.id;
        const id = tidyId(event.id);
        announced.add(ruleKey(tool, id));
        yield { ...event, id, tool, text: tidyRule(event.text) };
      } else if (event.type === 'finding') {
        const { ruleText, ...finding } = event;
        const tool = event.tool ?? importer.id;
        tools.add(tool);
        const rule = tidyId(event.rule);
        const key = ruleKey(tool, rule);
        if (ruleText && !announced.has(key)) {
          announced.add(key);
          yield { type: 'rule', id: rule, text: tidyRule(ruleText), tool };
        }
        if (!announced.has(key))
          context.problem(event.rule, 'The importer gave no text for this rule: its findings are left out.');
        else {
          const tidy = tidyFinding({ ...rerooted(finding, roots), rule, tool });
          if (tidy && again(tidy)) yield { type: 'skipped', at: rule, reason: TWICE };
          else if (tidy) yield tidy;
          else context.problem(event.rule, 'The place of a finding is none: it is left out.');
        }
      } else yield event;
    }
  } catch (error) {
    if (!(error instanceof ReportProblem)) throw error;
    damaged = true;
    tell(error.at, error.message);
  }
  for (const { at, message } of look.complaints(importer.title, !damaged)) context.problem(at, message);
  yield* drain();
  if (untold > 0)
    yield { type: 'problem', at: source.name, message: `There are ${untold} more problems of these kinds.` };
  for (const text of roots.notes()) yield { type: 'note', text };
  if (!damaged) yield* coverage();

  function coverage(): ImportEvent[] {
    if (options.covers === 'no') return [];
    const everything = (tool: string): ImportEvent => ({ type: 'covered', at: { kind: 'everything' }, tool });
    if (options.covers === 'yes') return (tools.size > 0 ? [...tools] : [importer.id]).map(everything);
    return covered.length > 0 || !importer.complete ? covered : [everything(importer.id)];
  }

  function* drain(): Generator<ImportEvent> {
    const list = waiting;
    waiting = [];
    yield* list;
  }
}

function ruleKey(tool: string, rule: string): string {
  return `${tool}\n${rule}`;
}

function wordsOf(error: z.ZodError): string {
  const [first] = error.issues;
  if (!first) return 'it has another shape';
  const where = first.path.join('.');
  return `${where ? `${where}: ` : ''}${first.message}`.slice(0, 300);
}

/** Whether a finding is in every part like one of those before it. */
function createRecent(): (finding: ImportedFinding) => boolean {
  let recent = new Set<string>();
  let older = new Set<string>();
  return (finding) => {
    if (!isExact(finding.at)) return false;
    const name = hash('sha1', JSON.stringify(finding), 'base64');
    if (recent.has(name) || older.has(name)) return true;
    if (recent.size >= REMEMBERED) {
      older = recent;
      recent = new Set();
    }
    recent.add(name);
    return false;
  };
}

/** Two on one line whose columns the tool does not tell may be two. */
function isExact(at: Location): boolean {
  return at.kind === 'package' || ('region' in at && at.region?.startColumn !== undefined);
}
