import { references } from '../../lib/cel/template.ts';
import { SentinelError } from '../../lib/errors.ts';
import type { EventTriggerSpec, WorkflowDefinition } from '../../model/workflow.ts';
import { matcherOf } from '../triggers/event-match.ts';
import type { LogEvent } from '../triggers/log-event.ts';
import { checkGivenInputs } from './check-actions.ts';
import { suggestion } from './check-graph.ts';
import type { Path } from './problem.ts';
import type { PlacedStep } from './read-step.ts';
import type { Reading } from './reading.ts';

/** That what starts the workflow gives it what it needs, and that it does not start itself. */
export function checkTriggers(
  reading: Reading,
  definition: WorkflowDefinition,
  { placed, given }: { placed: readonly PlacedStep[]; given: unknown },
): void {
  const { on } = definition;
  const each = <T extends { inputs: Record<string, unknown> }>(
    key: 'schedule' | 'event' | 'webhook',
    list: readonly T[],
    roots: readonly string[],
  ) => {
    for (const [index, trigger] of list.entries()) {
      const path = placeOf(given, key, index);
      checkInputs(reading, definition, { inputs: trigger.inputs, path, roots });
    }
  };
  each('schedule', on.schedule, []);
  each('event', on.event, ['event']);
  each('webhook', on.webhook, ['body', 'headers']);
  const names = on.webhook.map(({ name }) => name);
  for (const [index, name] of names.entries())
    if (names.indexOf(name) !== index)
      reading.problem(placeOf(given, 'webhook', index), 'duplicate-key', `There are two webhooks '${name}'.`);
  for (const [index, spec] of on.event.entries())
    checkLoop(reading, definition, { spec, placed, path: placeOf(given, 'event', index) });
}

/** One trigger may stand alone or in a list. */
function placeOf(given: unknown, key: string, index: number): Path {
  const on =
    typeof given === 'object' && given !== null ? (given as Record<string, unknown>)[key] : undefined;
  return Array.isArray(on) ? ['on', key, index] : ['on', key];
}

function checkInputs(
  reading: Reading,
  definition: WorkflowDefinition,
  { inputs, path, roots }: { inputs: Record<string, unknown>; path: Path; roots: readonly string[] },
): void {
  for (const reference of references(inputs)) {
    const at = [...path, 'inputs', ...reference.path];
    if (reference.problem) reading.problem(at, 'invalid-expression', reference.problem.message);
    for (const [root = ''] of reference.expression?.names() ?? [])
      if (!roots.includes(root))
        reading.problem(
          at,
          'unknown-reference',
          root === 'secrets'
            ? 'A secret cannot be an input: it would be stored with the run. Use it in the parameters of a task.'
            : `There is no '${root.slice(0, 60)}' in the inputs of this trigger: ${suggestion(reading, root, roots)}`,
        );
  }
  checkGivenInputs(reading, {
    inputs: definition.inputs,
    given: inputs,
    path: [...path, 'inputs'],
    whole: path,
    typed: [],
  });
}

interface Loop {
  spec: EventTriggerSpec;
  placed: readonly PlacedStep[];
  path: Path;
}

/** Events that each run of this workflow causes: when the trigger takes one of them, a run starts the next one, without end. */
function checkLoop(reading: Reading, definition: WorkflowDefinition, { spec, placed, path }: Loop): void {
  const { name } = definition;
  const matches = matcher(spec);
  const ended = (status: string) => eventOf('workflow-run.ended', { name, status, error: null });
  const tasks = placed.flatMap(({ step }) => (step.task === null ? [] : [step.task]));
  const own: readonly LogEvent[] = [
    ended('done'),
    eventOf('workflow-run.created', { workflow: null, name, trigger: 'event' }),
    ...['running', 'done'].map((status) => eventOf('workflow-run.changed', { status, section: 'steps' })),
    ...placed.flatMap(({ step }) =>
      ['running', 'done'].map((status) =>
        eventOf('workflow-step.changed', {
          ...{
            step: step.name,
            item: null,
            status,
            attempt: 1,
            waitsFor: null,
            due: null,
            run: null,
            error: null,
          },
        }),
      ),
    ),
    ...tasks.flatMap((task) => [
      { ...eventOf('run.created', { task, target: null }), task },
      { ...eventOf('run.started', { instance: '' }), task },
      { ...eventOf('run.ended', { status: 'done', counts: {}, error: null }), task },
    ]),
  ];
  const certain = own.find(matches);
  if (certain) {
    reading.problem(
      path,
      'self-trigger',
      `Each run of this workflow causes '${certain.type}' by itself, which starts it again, without end. Name what it should follow in 'query', such as 'name:another-workflow'.`,
    );
    return;
  }
  if (['failed', 'partial', 'cancelled'].some((status) => matches(ended(status))))
    reading.warning(
      path,
      'self-trigger',
      'When this workflow fails, it starts itself again; the loop guard ends that after some rounds.',
    );
  const finders = placed.filter(({ step }) => {
    const task = step.task === null ? undefined : reading.known.task(step.task);
    return task !== undefined && Object.keys(task.rules).length > 0;
  });
  const found = finders.find(
    ({ step }) => spec.type.startsWith('finding.') && mayFind(spec, step.task ?? ''),
  );
  if (found)
    reading.warning(
      path,
      'self-trigger',
      `Step '${found.step.name}' may report findings that start this workflow again; the loop guard ends that after some rounds. Leave its task out of 'query' with '-task:${found.step.task}'.`,
    );
}

function matcher({ type, query }: EventTriggerSpec): (event: LogEvent) => boolean {
  try {
    return matcherOf({ type, query });
  } catch (error) {
    // It has been reported where it stands.
    if (!(error instanceof SentinelError)) throw error;
    return () => false;
  }
}

/** Whether the query leaves the findings of a task in: what it says about their severity or place is not known before. */
function mayFind({ type, query }: EventTriggerSpec, task: string): boolean {
  const terms = (query ?? '').split(/\s+/).filter((term) => /^-?task:/i.test(term));
  return matcher({ type, query: terms.join(' '), inputs: {} })({ ...eventOf(type, {}), task });
}

function eventOf(type: string, data: Record<string, unknown>): LogEvent {
  return {
    ...{ cursor: '', id: '', time: 0, type, v: 1, project: '', actor: 'system', subject: '', run: null },
    ...{ data, seq: 0, task: null, workflowRun: null, depth: null },
  };
}
