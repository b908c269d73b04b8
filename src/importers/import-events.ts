import type * as z from 'zod';
import type { Severity } from '../model/severity.ts';
import type { ImportContext, ImportEvent, ImportedFinding, Importer } from './importer.ts';
import type { Mapping } from './mapping/mapping.ts';
import { createOddities } from './oddities.ts';
import { createLookout } from './read/lookout.ts';
import { openReport, type ReportSource } from './read/open-report.ts';
import { type ProblemSink, ReportProblem } from './read/report-problem.ts';
import { createRepeats } from './repeats.ts';
import { createRoots, rerooted, scopeBelow } from './roots.ts';
import { severityOfWord } from './severity-words.ts';
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
const CONTRADICTION = 'the same result with another severity: the higher counts';

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
  let alike = 0;
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
  const oddities = createOddities();
  /** Of the element that was taken last. */
  let place = '';
  const context: ImportContext = {
    ...options,
    roots,
    cutOff: () => broken.size > 0 || look.complaints(importer.title, false).length > 0,
    stood: look.kindAt,
    problem(at, message) {
      damaged = true;
      tell(at, message);
    },
    odd: oddities.add,
    take(schema, element) {
      place = element.path.join('.');
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
  const repeats = createRepeats();
  const announced = new Map<string, Severity>();
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
        announced.set(ruleKey(tool, id), event.text.severity);
        yield { ...event, id, tool, text: tidyRule(event.text) };
      } else if (event.type === 'finding') {
        const { ruleText, severityWord, ...finding } = event;
        const tool = event.tool ?? importer.id;
        tools.add(tool);
        const rule = tidyId(event.rule);
        const key = ruleKey(tool, rule);
        if (ruleText && !announced.has(key)) {
          announced.set(key, ruleText.severity);
          yield { type: 'rule', id: rule, text: tidyRule(ruleText), tool };
        }
        const severity = finding.severity ?? announced.get(key);
        if (severity === undefined)
          context.problem(event.rule, 'The importer gave no text for this rule: its findings are left out.');
        else {
          const at = place || rule;
          if (isUnknownWord(severityWord))
            context.odd(at, `The severity '${severityWord?.slice(0, 40)}' is unknown: ${severity} is taken.`);
          const tidy = tidyFinding({ ...rerooted(finding, roots), rule, tool });
          if (tidy) yield* take(tidy, severity, at);
          else context.problem(event.rule, 'The place of a finding is none: it is left out.');
        }
      } else yield event;
    }
  } catch (error) {
    if (!(error instanceof ReportProblem)) throw error;
    damaged = true;
    tell(error.at, error.message);
  }
  yield* repeats.ready(true);
  for (const { at, message } of look.complaints(importer.title, !damaged)) context.problem(at, message);
  yield* drain();
  yield* oddities.lines(source.name);
  if (untold > 0)
    yield { type: 'problem', at: source.name, message: `There are ${untold} more problems of these kinds.` };
  for (const text of roots.notes()) yield { type: 'note', text };
  if (alike > 0) yield { type: 'note', text: alikeNote(alike) };
  if (!damaged) yield* coverage();

  function coverage(): ImportEvent[] {
    if (options.covers === 'no') return [];
    const everything = (tool: string): ImportEvent => ({ type: 'covered', at: { kind: 'everything' }, tool });
    if (options.covers === 'yes') return (tools.size > 0 ? [...tools] : [importer.id]).map(everything);
    return covered.length > 0 || !importer.complete ? covered : [everything(importer.id)];
  }

  function* take(finding: ImportedFinding, severity: Severity, at: string): Generator<ImportEvent> {
    const repeat = repeats.add(finding, severity);
    if (repeat.kind === 'again') yield { type: 'skipped', at, reason: TWICE };
    if (repeat.kind === 'alike') alike += 1;
    if (repeat.kind === 'contradicts') {
      const [higher, lower] = repeat.severities;
      context.odd(at, `A result stands in the report as ${higher} and as ${lower}: ${higher} counts.`);
      if (!repeat.late) yield { type: 'skipped', at, reason: CONTRADICTION };
    }
    yield* repeats.ready();
  }

  function* drain(): Generator<ImportEvent> {
    const list = waiting;
    waiting = [];
    yield* list;
  }
}

function alikeNote(count: number): string {
  const what = count === 1 ? 'One result is' : `${count} results are`;
  return `${what} in every part like another one, and no column tells them apart: both are kept, for one line may hold two.`;
}

/** Of no tool that is known. Without a word there is nothing to tell. */
function isUnknownWord(word: string | null | undefined): boolean {
  const plain = (word ?? '').trim().toLowerCase();
  return plain !== '' && plain !== 'unknown' && severityOfWord(plain) === undefined;
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
