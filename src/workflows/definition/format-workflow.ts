import { Document, isScalar, visit } from 'yaml';
import { formatDuration } from '../../lib/duration.ts';
import type { WorkflowDefinition, WorkflowInput, WorkflowStep } from '../../model/workflow.ts';
import { NO_RETRY, USUAL_BACKOFF } from './read-gates.ts';
import { USUAL_SCHEDULE } from './read-triggers.ts';

/** Tidy YAML in the shape of today; read again it is an equal definition, but for the lines of the steps. */
export function formatWorkflow(definition: WorkflowDefinition): string {
  return formatDocument(documentOf(definition));
}

/** As YAML: short texts on their line, long ones as blocks, an empty line between the steps. */
export function formatDocument(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false, schema: 'core' });
  visit(document, {
    Pair(_, pair, path) {
      if (!isScalar(pair.key)) return;
      if (
        path.length === 2 &&
        ['steps', 'on_failure', 'finally', 'on', 'inputs', 'outputs'].includes(String(pair.key.value))
      )
        pair.key.spaceBefore = true;
    },
    Map(_, map, path) {
      const list = path.at(-1);
      const first = typeof list === 'object' && 'items' in list && (list.items as unknown[])[0] === map;
      if (path.length === 4 && typeof list === 'object' && !first) map.spaceBefore = true;
    },
  });
  return document.toString({ lineWidth: 110, indentSeq: true });
}

/** The definition as a user writes it: what is as usual is left out. */
export function documentOf(definition: WorkflowDefinition): Record<string, unknown> {
  const { name, description, author, tags, metadata, inputs, outputs } = definition;
  return {
    name,
    ...(description === '' ? {} : { description }),
    ...(author === null ? {} : { author }),
    ...(tags.length === 0 ? {} : { tags }),
    ...filled('metadata', metadata),
    ...filled('on', triggersOf(definition.on)),
    ...filled('inputs', mapped(inputs, inputOf)),
    ...(definition.concurrency === null ? {} : { concurrency: concurrencyOf(definition.concurrency, name) }),
    ...(definition.max_parallel === null ? {} : { max_parallel: definition.max_parallel }),
    ...(definition.timeout === null ? {} : { timeout: formatDuration(definition.timeout) }),
    ...(definition.fail_fast ? { fail_fast: true } : {}),
    steps: definition.steps.map(stepOf),
    ...(definition.on_failure.length === 0 ? {} : { on_failure: definition.on_failure.map(stepOf) }),
    ...(definition.finally.length === 0 ? {} : { finally: definition.finally.map(stepOf) }),
    ...filled('outputs', outputs),
  };
}

function filled(key: string, value: object): Record<string, unknown> {
  return Object.keys(value).length === 0 ? {} : { [key]: value };
}

function mapped<T>(
  record: Record<string, T>,
  change: (value: T, name: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}

/** Whether it is needed is written only where the default does not say it. */
function inputOf(input: WorkflowInput): unknown {
  const { type, description, kind, enum: choices, pattern, minimum, maximum, items, required } = input;
  const given = input.default ?? null;
  const body = {
    ...{ type, items, description, kind, default: given, enum: choices, pattern, minimum, maximum },
    required: required === (given === null) ? null : required,
  };
  const kept = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
  return Object.keys(kept).length === 1 ? type : kept;
}

function triggersOf({ manual, schedule, event, webhook }: WorkflowDefinition['on']): Record<string, unknown> {
  return {
    ...(manual ? {} : { manual: false }),
    ...many(
      'schedule',
      schedule.map(({ cron, zone, jitter, catch_up, overlap, inputs }) => ({
        cron,
        ...(zone === USUAL_SCHEDULE.zone ? {} : { zone }),
        ...(jitter === USUAL_SCHEDULE.jitter ? {} : { jitter: formatDuration(jitter) }),
        ...(catch_up === USUAL_SCHEDULE.catch_up ? {} : { catch_up }),
        ...(overlap === USUAL_SCHEDULE.overlap ? {} : { overlap }),
        ...filled('inputs', inputs),
      })),
    ),
    ...many(
      'event',
      event.map(({ type, query, inputs }) => ({
        type,
        ...(query === null ? {} : { query }),
        ...filled('inputs', inputs),
      })),
    ),
    ...many(
      'webhook',
      webhook.map(({ name, secret, inputs }) => ({
        name,
        ...(secret === name ? {} : { secret }),
        ...filled('inputs', inputs),
      })),
    ),
  };
}

function concurrencyOf(
  { group, limit, policy }: NonNullable<WorkflowDefinition['concurrency']>,
  name: string,
): unknown {
  return group === name && policy === 'queue' ? limit : { group, limit, policy };
}

function many(key: string, list: readonly Record<string, unknown>[]): Record<string, unknown> {
  const [first] = list;
  return first === undefined ? {} : { [key]: list.length === 1 ? first : list };
}

function stepOf(step: WorkflowStep): Record<string, unknown> {
  const { name, task, operation, workflow, depends_on, condition, for_each, concurrency, retry } = step;
  const [need] = depends_on;
  return {
    name,
    ...(task === null ? {} : { task }),
    ...(operation === null ? {} : { operation }),
    ...(workflow === null ? {} : { workflow }),
    ...(need === undefined ? {} : { depends_on: depends_on.length === 1 ? need : depends_on }),
    ...(condition === null ? {} : { condition }),
    ...(step.wait === null ? {} : { wait: waitOf(step.wait) }),
    ...(step.approval === null ? {} : { approval: approvalOf(step.approval) }),
    ...(for_each === null ? {} : { for_each: typeof for_each === 'string' ? braced(for_each) : for_each }),
    ...(concurrency === null ? {} : { concurrency }),
    ...filled('params', step.params),
    ...(retry.max === NO_RETRY.max && retry.backoff === NO_RETRY.backoff ? {} : { retry: retryOf(retry) }),
    ...(step.timeout === null ? {} : { timeout: formatDuration(step.timeout) }),
    ...(step.continue_on_error ? { continue_on_error: true } : {}),
    ...filled('labels', step.labels),
    ...(step.sample === null ? {} : { sample: step.sample }),
  };
}

function braced(expression: string): string {
  return `\${{ ${expression} }}`;
}

function retryOf({ max, backoff }: WorkflowStep['retry']): unknown {
  return backoff === USUAL_BACKOFF ? max : { max, backoff: formatDuration(backoff) };
}

function waitOf({ until, event, timeout }: NonNullable<WorkflowStep['wait']>): unknown {
  if (event === null) return { until };
  return {
    event: event.type,
    ...(event.query === null ? {} : { query: event.query }),
    ...(timeout === null ? {} : { timeout: formatDuration(timeout) }),
  };
}

function approvalOf({ roles, timeout, message }: NonNullable<WorkflowStep['approval']>): unknown {
  if (roles.length === 0 && timeout === null && message === null) return true;
  return {
    ...(roles.length === 0 ? {} : { roles }),
    ...(timeout === null ? {} : { timeout: formatDuration(timeout) }),
    ...(message === null ? {} : { message }),
  };
}
