import type * as z from 'zod';
import type { CoveredScope } from '../model/coverage.ts';
import type { Reference } from '../model/finding.ts';
import type { RuleText } from '../model/rule.ts';
import type { LogLevel } from '../model/run.ts';
import type { TriageChange } from '../model/triage.ts';
import type { FindingEvent } from '../plugin/task.ts';
import type { Mapping } from './mapping/mapping.ts';
import type { Holds, ValueKind } from './read/lookout.ts';
import type { Roots } from './roots.ts';

export type ReportFormat = 'json' | 'jsonl' | 'xml' | 'csv' | 'text';

/** The beginning of a report, as text: enough to see which tool wrote it. */
export interface ReportHead {
  /** At most 64 KB. */
  text: string;
  format: ReportFormat;
  /** Of the file, without folders. */
  name: string;
}

/** Knows the reports of one tool, or of one format that many tools write. */
export interface Importer {
  /** `task` of the findings that it imports, unless they name another tool: 'semgrep'. */
  id: string;
  title: string;
  /** One line for the list of formats: what is read, and how the tool is told to write it. */
  summary: string;
  /** Of the head: 0 no … 1 certainly. The surest importer reads the report. */
  recognise(head: ReportHead): number;
  /**
   * A report of this tool names everything that is wrong with its asset: what is missing from a later one is fixed. Only
   * used when `read` says nothing about what was covered.
   */
  complete?: boolean;
  /** Where its results stand: a document without that place is no report without findings, but broken or another one. */
  holds?: Holds;
  /**
   * Everything in the report. What stands in the report and cannot be used is a `problem` (it is broken) or `skipped` (it is
   * no finding, with the reason); neither ends the import. A problem of the file itself (truncated, not UTF-8) is told by
   * its reader, which then ends.
   */
  read(report: Report, context: ImportContext): AsyncGenerator<ImportEvent>;
}

/** `results.*`, `runs.*.results.*`; `*` is every key and every index. As a list when a key itself has a dot. `''` is the whole document. */
export type JsonPath = string | readonly string[];

export interface JsonElement {
  path: (string | number)[];
  value: unknown;
  /** Where it starts in the file. */
  byte: number;
}

export interface XmlElement {
  /** Without the prefix of its namespace. */
  name: string;
  attributes: Record<string, string>;
  /** Its own text, without that of its children; CDATA included. */
  text: string;
  children: XmlElement[];
  line: number;
  /** The elements that it stands in, outermost first, without their text and children. */
  parents: Pick<XmlElement, 'name' | 'attributes'>[];
}

export interface CsvRow {
  line: number;
  /** By the names in the first line. */
  row: Record<string, string>;
}

export interface TextLine {
  line: number;
  text: string;
}

/**
 * The file, each time from its beginning, in bounded memory. UTF-8 and UTF-16, with and without byte order mark. What is wrong
 * with the file becomes one problem line of the import, and the iteration ends there; a single bad element is left out
 * with a problem line.
 */
export interface Report {
  /** Of the file, without folders. */
  name: string;
  bytes(): AsyncIterable<Uint8Array>;
  /** Elements at these paths, in the order of the file. An element inside of another one that is wanted comes only with that. */
  json(...paths: JsonPath[]): AsyncIterable<JsonElement>;
  /** One value per line. `path` is the number of the line, from 1. */
  jsonLines(): AsyncIterable<JsonElement>;
  /** Elements of these names; one inside of another one that is wanted comes only with that. */
  xml(...elements: string[]): AsyncIterable<XmlElement>;
  csv(options?: { delimiter?: string }): AsyncIterable<CsvRow>;
  lines(): AsyncIterable<TextLine>;
}

export interface ImportContext {
  signal: AbortSignal;
  log(level: LogLevel, text: string): void;
  /** Only when the user named one. */
  mapping: Mapping | null;
  /** Cuts absolute paths; everything that is yielded goes through it, and importers tell it what the report says of its root. */
  roots: Roots;
  /** A problem line without `yield`, for helpers. `at` is a place in the report: `runs.0.results.17`. */
  problem(at: string, message: string): void;
  /** What reads oddly and is taken nevertheless, `text` says as what: one line for each text, with how often. */
  odd(at: string, text: string): void;
  /** The file could not be read to its end, or is of something else, and that is told: what is missing is no news. */
  cutOff(): boolean;
  /** What has been read at a place that `holds` names. */
  stood(place: string): ValueKind | undefined;
  /** The element as the schema takes it; undefined with a problem line when it does not. */
  take<S extends z.ZodType>(schema: S, element: JsonElement): z.output<S> | undefined;
}

/**
 * As of a task. `ruleText` announces the rule with its first finding, instead of a `rule` event before it; `severityWord` is
 * what the tool calls its severity: one that nobody knows is told.
 */
export type ImportedFinding = FindingEvent<string> & {
  ruleText?: RuleText;
  severityWord?: string | null | undefined;
};

export type ImportEvent =
  | { type: 'rule'; id: string; text: RuleText; tool?: string }
  | ImportedFinding
  /** What was really examined; only this closes findings. Ignored when the report turns out to be damaged. */
  /** Of `rules` only, when there are some; `name/*` stands for all whose id begins so. */
  | { type: 'covered'; at: CoveredScope; rules?: readonly string[]; tool?: string }
  /** `lost: false`: nothing is missing because of it. */
  | { type: 'problem'; at: string; message: string; lost?: boolean }
  | { type: 'verdict'; about: readonly Reference[]; purl?: string; change: TriageChange }
  /** What is no finding: a test that passed, a result that the tool suppressed. `reason` is a short fixed sentence: it is counted by it. */
  | { type: 'skipped'; at: string; reason: string }
  /** What who reads the receipt should know, though nothing is wrong: in one sentence. */
  | { type: 'note'; text: string }
  /** What the report is about, as it says itself (a repository, an image, a host). Before the first finding. */
  | { type: 'asset'; name: string };
