import type * as z from 'zod';
import type { CoveredScope } from '../model/coverage.ts';
import type { Excerpt, FlowStep, Reference } from '../model/finding.ts';
import type { Location } from '../model/location.ts';
import type { RuleText } from '../model/rule.ts';
import type { LogLevel } from '../model/run.ts';
import type { Confidence, Severity } from '../model/severity.ts';
import type { Category } from '../model/task-info.ts';
import type { TriageChange } from '../model/triage.ts';
import type { Net } from './powers/net.ts';
import type { ReadFiles } from './powers/read-files.ts';

/** What a task may use. A power that was not declared is absent from `ctx`, in the type and at run time. */
export interface Powers {
  /** Files below the target and nothing else. */
  read: { files: ReadFiles };
  /** HTTP and TLS to the authorised scope, served by the host. */
  net: { net: Net };
  /**
   * Values of stored secrets, served by the host: only those that a parameter of the kind `secret-ref` names in this run. Each
   * look is in the audit log, and the value is masked in everything that the run reports.
   */
  secret: { secret(name: string): Promise<string> };
}
export type PowerName = keyof Powers;
export const POWER_NAMES = ['read', 'net', 'secret'] as const satisfies readonly PowerName[];

export interface FindingEvent<Rule extends string> {
  type: 'finding';
  rule: Rule;
  at: Location;
  /**
   * What makes this finding itself, apart from rule, place and line: a secret's value, a header's name. It is hashed
   * with the instance's key and never stored. The same rule, path and key found twice are told apart by their order.
   */
  key: readonly string[];
  /** One sentence; the rule's title when absent. */
  message?: string;
  /** When it differs from the rule's. */
  severity?: Severity;
  /** `high` when absent. */
  confidence?: Confidence;
  /** What was seen, as text. Secrets in it are masked by the host. */
  evidence?: string;
  /** Text around the place; made by the host process of the run for a plain file when absent. */
  excerpt?: Excerpt;
  flow?: readonly FlowStep[];
  about?: readonly Reference[];
  related?: readonly Location[];
  /** Secret values: masked in everything that this run stores or shows, and never stored themselves. */
  secrets?: readonly string[];
  /** Only of a task that `imports`: the tool that found it. */
  tool?: string;
  /** Fingerprints that the tool gave, for example `partialFingerprints` of SARIF: they match besides our own. */
  toolPrints?: readonly { name: string; value: string }[];
}

export type TaskEvent<Rule extends string> =
  | FindingEvent<Rule>
  /** A rule that was not known at build time (an advisory, a rule of the user): announced before its first finding. */
  | { type: 'rule'; id: string; text: RuleText; tool?: string }
  | {
      type: 'artifact';
      name: string;
      mediaType: string;
      body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
    }
  | { type: 'progress'; done: number; total?: number; note?: string }
  /** One target failed; the run goes on and ends as `partial`. */
  | { type: 'problem'; at: string; code: string; message: string }
  /** What was really examined, with which rules (all of the task's when absent). Only this closes findings. */
  | { type: 'covered'; at: CoveredScope; rules?: readonly Rule[]; tool?: string }
  /** What a document says about findings that are known already (VEX). Only of a task that `imports`. */
  | { type: 'verdict'; about: readonly Reference[]; purl?: string; change: TriageChange }
  /** What a report is about, as it says itself; before its first finding. Only of a task that `imports`. */
  | { type: 'asset'; name: string };

export interface BaseCtx<P> {
  params: P;
  /** Aborted when the run is cancelled; the process is ended soon after. */
  signal: AbortSignal;
  log(level: LogLevel, text: string): void;
  now(): number;
}
type Granted<N extends PowerName> = [N] extends [never] ? unknown : UnionToIntersection<Powers[N]>;
type UnionToIntersection<U> = (U extends unknown ? (u: U) => void : never) extends (i: infer I) => void
  ? I
  : never;
export type Ctx<P, N extends PowerName> = BaseCtx<P> & Granted<N>;

/**
 * Everything about a task in one declaration: it gives the command, the endpoint, the form, the workflow node and the
 * reference page. Parameters carry their meaning as `.meta({ kind, target, advanced, examples })`.
 */
export interface Task<
  P extends z.ZodObject,
  N extends PowerName,
  R extends string,
  O extends z.ZodType | undefined,
> {
  /** kebab-case, the name of its folder. */
  id: string;
  title: string;
  /** One line: the outcome, not the engine. */
  summary: string;
  /** A few sentences of Markdown for the reference page. */
  description: string;
  category: Category;
  version: number;
  /** Other than `nothing`: the target must be in the authorised scope. */
  touches: 'nothing' | 'reads-target' | 'changes-target';
  needs: readonly N[];
  params: P;
  output?: O;
  rules: Record<R, RuleText>;
  examples: readonly { title: string; params: z.input<P> }[];
  /** It reports what other tools found: its findings, rules and coverage name their `tool`. */
  imports?: true;
  /** Defaults of the limits that the host enforces from outside. */
  limits?: { memoryMb?: number; timeSeconds?: number };
  run(ctx: Ctx<z.output<P>, N>): AsyncGenerator<TaskEvent<R>, OutputOf<O>>;
}
// biome-ignore lint/suspicious/noConfusingVoidType: a generator without an output returns nothing
export type OutputOf<O> = O extends z.ZodType ? z.input<O> : void;

/** Any task, as the registry and the hosts see it. */
// biome-ignore lint/suspicious/noExplicitAny: variance: a list of tasks holds tasks of every parameter type
export type AnyTask = Task<any, any, any, any>;

export function defineTask<
  P extends z.ZodObject,
  N extends PowerName = never,
  R extends string = string,
  O extends z.ZodType | undefined = undefined,
>(task: Task<P, N, R, O>): Task<P, N, R, O> {
  return task;
}
