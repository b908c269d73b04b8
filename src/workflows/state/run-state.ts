import type {
  CodedError,
  Section,
  StepStatus,
  WorkflowDefinition,
  WorkflowRunStatus,
} from '../../model/workflow.ts';

export type WaitsFor = 'time' | 'event' | 'approval' | 'retry' | 'items' | 'workflow';

/** One step of a run, or one item of its `for_each`. What it gave (its output) stays in the store. */
export interface Entry {
  name: string;
  /** -1 for the step itself. */
  item: number;
  section: Section;
  status: StepStatus;
  /** Of the action, from 1; 0 before it is ready for the first time. */
  attempt: number;
  recovered: number;
  fence: number;
  gate: number;
  requirement: string;
  ready: number | null;
  due: number | null;
  waitsFor: WaitsFor | null;
  eventType: string | null;
  started: number | null;
  ended: number | null;
  /** JSON of the item. */
  input: string | null;
  /** JSON; undefined: as it is in the store. */
  output: string | null | undefined;
  /** JSON. */
  result: string | null;
  error: CodedError | null;
  taskRun: string | null;
  childRun: string | null;
  instance: string | null;
}

/** An attempt that has ended, as it is kept. */
export interface Attempt {
  name: string;
  item: number;
  attempt: number;
  recovered: number;
  started: number;
  ended: number;
  status: string;
  error: CodedError | null;
  taskRun: string | null;
  instance: string | null;
}

export interface Question {
  step: string;
  roles: readonly string[];
  message: string;
  expires: number | null;
}

/** Why the main steps stopped. */
export type Failed = 'failed' | 'cancelled' | 'timeout';

/** A run as its rows say it, with what has changed since they were read. */
export interface RunState {
  id: string;
  project: string;
  workflow: string | null;
  revision: number | null;
  name: string;
  hash: string;
  definition: WorkflowDefinition;
  status: WorkflowRunStatus;
  /** `held`: it waits for a place in its group, nothing of it has begun. */
  section: Section | 'held';
  version: number;
  priority: number;
  inputs: Record<string, unknown>;
  principal: string;
  token: string | null;
  trigger: { kind: string; id: string | null; data: unknown };
  depth: number;
  parent: { run: string; step: string; item: number } | null;
  samples: boolean;
  slot: string | null;
  created: number;
  started: number | null;
  ended: number | null;
  deadline: number | null;
  failed: Failed | null;
  error: CodedError | null;
  /** Known at its end. */
  outputs: Record<string, unknown> | null;
  steps: Map<string, Entry>;
  items: Map<string, Entry[]>;

  /** What the last event said. */
  told: WorkflowRunStatus | null;
  toldSection: string | null;
  /** What is to be stored. */
  changed: boolean;
  touched: Set<Entry>;
  attempts: Attempt[];
  asked: Question[];
  withdrawn: Set<string>;
  /** Runs of tasks and of workflows that are to be cancelled. */
  cancelTasks: string[];
  cancelChildren: string[];
}

export const SELF = -1;

export function newEntry(name: string, section: Section, item = SELF): Entry {
  return {
    name,
    item,
    section,
    status: 'pending',
    attempt: 0,
    recovered: 0,
    fence: 0,
    gate: 0,
    requirement: '',
    ready: null,
    due: null,
    waitsFor: null,
    eventType: null,
    started: null,
    ended: null,
    input: null,
    output: null,
    result: null,
    error: null,
    taskRun: null,
    childRun: null,
    instance: null,
  };
}

export function touch(state: RunState, entry: Entry): void {
  state.touched.add(entry);
  state.changed = true;
}

export function entryOf(state: RunState, name: string, item: number): Entry | undefined {
  return item === SELF ? state.steps.get(name) : state.items.get(name)?.[item];
}

/** The entries of a section, each step before its items. */
export function* entriesOf(state: RunState, section: Section): Generator<Entry> {
  for (const step of state.definition[section]) {
    const own = state.steps.get(step.name);
    if (own) yield own;
    yield* state.items.get(step.name) ?? [];
  }
}
