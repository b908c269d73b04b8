import { readFile, stat } from 'node:fs/promises';
import { SentinelError } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { visibleText } from '../../lib/visible-text.ts';
import type { RuleText } from '../../model/rule.ts';
import { SEVERITIES } from '../../model/severity.ts';
import { scopeText } from '../collect/collect-report.ts';
import { createTally } from '../collect/tally.ts';
import { type ReportFinding, type ReportSection, ruleKey, SNAPSHOT_FORMAT } from '../model.ts';
import type { RenderWork } from '../render/work.ts';
import { writeSnapshot } from '../snapshot/write-snapshot.ts';
import { readJsonWithLines } from './json-with-lines.ts';
import { first, looksLikeFinding, type OldFinding, readOldFinding } from './old-finding.ts';

const MOST_BYTES = 256 * 1024 * 1024;
/** Named one by one; the rest is counted. */
const MOST_PROBLEMS = 50;
/** Where a result keeps what it found. */
const LISTS = [
  'findings',
  'vulnerabilities',
  'issues',
  'results',
  'matches',
  'alerts',
  'secrets',
  'vulns',
  'detections',
  'violations',
  'data',
  'output',
  'result',
  'details',
];

/** Of results by name, the surest first. */
const CONTAINERS = ['step_results', 'steps', 'results', 'task_results', 'module_results'];

type Item = Record<string, unknown>;

interface Found {
  section: number;
  finding: OldFinding;
}

/**
 * A results file of the earlier Python program as a snapshot: `{ "results": [...] }` of its tasks, or `{ "step_results": {...} }` of a
 * workflow, one section for each. What cannot be understood is named by its line and stands in the report.
 */
export async function readOldResults(
  work: Extract<RenderWork, { kind: 'read-old-results' }>,
): Promise<{ sha256: string; size: number; findings: number }> {
  const { size } = await stat(work.file);
  if (size > MOST_BYTES)
    throw new SentinelError('too-large', `A results file has at most ${MOST_BYTES} bytes.`);
  const read = readText(await readFile(work.file));
  const { sections, found, problems } = read;
  const rules: Record<string, RuleText> = {};
  const assets: Record<string, string> = {};
  const tally = createTally(work.head.asOf);
  const findings = found
    .sort((a, b) => SEVERITIES.indexOf(a.finding.severity) - SEVERITIES.indexOf(b.finding.severity))
    .map((one) => toFinding(one, sections, { rules, assets, asOf: work.head.asOf }));
  for (const finding of findings) tally.add(finding);
  const written = await writeSnapshot(work.out, {
    findings: (async function* () {
      for (let from = 0; from < findings.length; from += 500) yield findings.slice(from, from + 500);
    })(),
    head: () => ({
      format: SNAPSHOT_FORMAT,
      ...work.head,
      scope: scopeText(work.head.about),
      against: null,
      ...tally.counted(),
      sections,
      rules,
      assets,
      problems,
      notes: [],
    }),
  });
  return { ...written, findings: findings.length };
}

export function readText(bytes: Buffer): { sections: ReportSection[]; found: Found[]; problems: string[] } {
  const { value, lineOf, broken } = readJsonWithLines(decode(bytes));
  const sections: ReportSection[] = [];
  const found: Found[] = [];
  const problems: string[] = [];
  let unnamed = 0;
  const problem = (of: unknown, message: string) => {
    const line = typeof of === 'object' && of !== null ? lineOf.get(of) : undefined;
    if (problems.length < MOST_PROBLEMS)
      problems.push(line === undefined ? message : `line ${line}: ${message}`);
    else unnamed += 1;
  };
  const parts = partsOf(value);
  if (parts === null) {
    const why = broken ? ` (line ${broken.line}: ${broken.message})` : '';
    throw new SentinelError('invalid-parameter', `file: this is no results file: ${lackOf(value)}${why}.`);
  }
  for (const [name, part] of parts) {
    if (!isItem(part)) {
      problem(part, `${name}: a result is an object, this is not.`);
      continue;
    }
    const section = sections.push(sectionOf(name, part)) - 1;
    const list = collect(part, 0);
    for (const { item, error } of list) {
      if (error) {
        problem(item, `${name}: ${error}`);
        continue;
      }
      const finding = readOldFinding(item as Item);
      if (finding.unknownSeverity !== null)
        problem(
          item,
          `${name}: the severity '${finding.unknownSeverity.slice(0, 40)}' is not known; it counts as info.`,
        );
      found.push({ section, finding });
    }
    const made = sections[section] as ReportSection;
    made.findings = list.filter(({ error }) => !error).length;
    const failure = first(part, ['error', 'error_message', 'exception']);
    if (failure !== null) problem(part, `${name} had failed: ${failure.slice(0, 300)}`);
  }
  if (broken) problem(null, `line ${broken.line}: ${broken.message} What stands before it was read.`);
  if (unnamed > 0) problems.push(`${unnamed} further problems of this kind.`);
  return { sections, found, problems };
}

/** What stands where the results should. */
function lackOf(value: unknown): string {
  const held = isItem(value) ? CONTAINERS.find((key) => Object.hasOwn(value, key)) : undefined;
  if (held !== undefined && isItem(value))
    return `"${held}" is ${kindOf(value[held])}, and not a list or an object with results`;
  if (!isItem(value)) return `it is ${kindOf(value)}, and not an object with "results" or "step_results"`;
  return 'it has neither "results" nor "step_results"';
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'no JSON';
  return typeof value === 'string' ? 'a text' : typeof value === 'number' ? 'a number' : String(value);
}

/** Results by name: of tasks, of steps, or of the file itself. */
function partsOf(value: unknown): [string, unknown][] | null {
  if (Array.isArray(value)) return value.map((part, index) => [nameOf(part, index), part]);
  if (!isItem(value)) return null;
  for (const key of CONTAINERS) {
    const list = value[key];
    if (Array.isArray(list)) {
      // Findings without results around them are one part.
      if (list.length > 0 && list.every((part) => isItem(part) && looksLikeFinding(part) && !hasList(part)))
        return [['results', { ...value, [key]: undefined, findings: list }]];
      return list.map((part, index) => [nameOf(part, index), part]);
    }
    if (isItem(list)) return Object.entries(list);
  }
  return hasList(value) ? [[nameOf(value, 0), value]] : null;
}

function nameOf(part: unknown, index: number): string {
  return (
    (isItem(part)
      ? first(part, [
          'step',
          'step_name',
          'task',
          'task_name',
          'module',
          'module_name',
          'tool',
          'scanner',
          'name',
          'target',
        ])
      : null) ?? `result ${index + 1}`
  );
}

function sectionOf(name: string, part: Item): ReportSection {
  const status =
    first(part, ['status', 'state']) ??
    (part.success === false ? 'failed' : part.success === true ? 'done' : 'not said');
  return {
    name: visibleText(name).slice(0, 100),
    status: status.toLowerCase().slice(0, 40),
    task: first(part, ['task', 'task_name', 'module', 'module_name', 'tool'])?.slice(0, 100) ?? null,
    run: null,
    problems: part.error || part.success === false ? 1 : 0,
    findings: 0,
  };
}

/** Findings in a result, wherever it keeps them; an entry that is none is an error. */
function collect(part: Item, depth: number): { item: unknown; error?: string }[] {
  if (depth > 4) return [];
  const list: { item: unknown; error?: string }[] = [];
  for (const key of LISTS) {
    const value = part[key];
    if (Array.isArray(value)) {
      // Lists of words, such as open ports or log lines, are no findings and were never meant to be.
      if (!value.some(isItem)) continue;
      for (const item of value) {
        if (!isItem(item))
          list.push({
            item: value,
            error: `an entry of "${key}" is ${item === null ? 'null' : typeof item}, not an object.`,
          });
        else if (looksLikeFinding(item) && !hasFindingLists(item)) list.push({ item });
        else if (hasList(item)) list.push(...collect(item, depth + 1));
        else if (key !== 'data' && key !== 'output' && key !== 'results' && key !== 'details')
          list.push({ item, error: `an entry of "${key}" says neither what it is nor how bad.` });
      }
    } else if (isItem(value)) list.push(...collect(value, depth + 1));
  }
  return list;
}

function hasList(item: Item): boolean {
  return LISTS.some((key) => Array.isArray(item[key]) || isItem(item[key]));
}

function hasFindingLists(item: Item): boolean {
  return ['findings', 'vulnerabilities', 'issues'].some(
    (key) => Array.isArray(item[key]) && (item[key] as unknown[]).some(isItem),
  );
}

function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toFinding(
  { section, finding }: Found,
  sections: readonly ReportSection[],
  known: { rules: Record<string, RuleText>; assets: Record<string, string>; asOf: number },
): ReportFinding {
  const task = sections[section]?.task ?? sections[section]?.name ?? 'results';
  const rule = (finding.rule ?? finding.title).slice(0, 120);
  const time = finding.time ?? 0;
  known.assets.file = 'results file';
  const cwe = finding.about.flatMap(({ kind, value }) => (kind === 'cwe' ? [Number(value.slice(4))] : []));
  known.rules[ruleKey({ task, rule })] ??= {
    title: finding.title,
    severity: finding.severity,
    why: '',
    fix: finding.fix ?? '',
    ...(cwe.length > 0 ? { cwe } : {}),
    ...(finding.references.length > 0 ? { references: finding.references } : {}),
  };
  return {
    id: newId('fnd'),
    task,
    rule,
    title: finding.title,
    severity: finding.severity,
    confidence: finding.confidence,
    status: 'open',
    location: finding.location,
    message: finding.message,
    asset: 'file',
    firstSeen: time,
    lastSeen: time,
    closed: null,
    evidence: finding.evidence,
    excerpt: null,
    flow: [],
    about: finding.about,
    assignee: null,
    labels: [],
    due: null,
    priority: null,
    decision: null,
    sections: [section],
    change: null,
    before: null,
    prints: {},
  };
}

function decode(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString('utf16le');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SentinelError('invalid-parameter', 'file: this is no text in UTF-8 or UTF-16.', { cause });
  }
}
