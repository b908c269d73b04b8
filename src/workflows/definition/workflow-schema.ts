import { PARAM_KINDS } from '../../model/task-info.ts';
import { CATCH_UP, MOST_ITEMS, MOST_STEPS, OVERLAP } from '../../model/workflow.ts';
import { TRIGGER_EVENT_TYPES } from '../triggers/event-keys.ts';
import { MOST_RETRIES } from './read-gates.ts';
import { INPUT_TYPES } from './read-inputs.ts';

type Json = Record<string, unknown>;

const described = (description: string, schema: Json): Json => ({ description, ...schema });
const text = (description: string, more: Json = {}): Json =>
  described(description, { type: 'string', ...more });
const flag = (description: string): Json => described(description, { type: 'boolean' });
const ref = (name: string): Json => ({ $ref: `#/$defs/${name}` });
const oneOrMany = (schema: Json): Json => ({ anyOf: [schema, { type: 'array', items: schema }] });
const closed = (properties: Json, required: readonly string[] = []): Json => ({
  type: 'object',
  properties,
  ...(required.length === 0 ? {} : { required: [...required] }),
  additionalProperties: false,
});
const EXAMPLE = "${{ steps.scan.findings.filter(f, f.severity == 'high') }}";

/** JSON Schema of a workflow document, for editors. What it accepts is still checked further when it is read. */
export function workflowJsonSchema(): Json {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'SentinelX workflow',
    description: `Steps without depends_on start at once, side by side. A step that reads \${{ steps.X }} waits for X, whether or not it says so. Expressions are CEL, such as ${EXAMPLE}.`,
    ...closed(
      {
        $schema: text('Where this schema is; for editors.'),
        name: text('Lower-case letters, digits and -.', { pattern: '^[a-z0-9][a-z0-9-]{0,63}$' }),
        description: text('What it is for.'),
        author: text('Who wrote it.'),
        tags: oneOrMany({ type: 'string' }),
        metadata: described('Whatever else is worth keeping; nothing looks at it.', { type: 'object' }),
        on: ref('triggers'),
        inputs: ref('inputs'),
        concurrency: ref('concurrency'),
        max_parallel: described('Steps of one run at a time.', { type: 'integer', minimum: 1 }),
        timeout: described('Of the whole run, without what stands under finally.', ref('duration')),
        fail_fast: flag(
          'After a failure nothing new is begun; else branches that do not need the failed step go on.',
        ),
        steps: described('What it does.', {
          type: 'array',
          items: ref('step'),
          minItems: 1,
          maxItems: MOST_STEPS,
        }),
        on_failure: described('Once, when a step failed.', { type: 'array', items: ref('step') }),
        finally: described('Once at the end, always: also after a failure or a cancel.', {
          type: 'array',
          items: ref('step'),
        }),
        outputs: described('Name → value or expression.', { type: 'object' }),
      },
      ['name', 'steps'],
    ),
    $defs: {
      duration: {
        description: '90s, 5m, 1h30m, 2d or 500ms; a number is seconds.',
        anyOf: [
          { type: 'string', pattern: '^\\s*(\\d+(\\.\\d+)?(w|d|h|ms|m|s))+\\s*$|^\\s*\\d+(\\.\\d+)?\\s*$' },
          { type: 'number', minimum: 0 },
        ],
      },
      stepName: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_-]{0,63}$' },
      step: step(),
      approval: approval(),
      wait: wait(),
      retry: retry(),
      inputs: inputs(),
      input: input(),
      triggers: triggers(),
      concurrency: concurrency(),
      givenInputs: described('Inputs that it starts with.', { type: 'object' }),
    },
  };
}

function step(): Json {
  return described(
    'One step. In order: its needs have ended, condition, wait, approval, then its action once, or once for each item.',
    closed(
      {
        name: described(
          'Others refer to it as steps.NAME, or steps["NAME"] when it has a -.',
          ref('stepName'),
        ),
        task: text('Id of a task.'),
        operation: text('Id of an operation, such as findings.list.'),
        workflow: text('Name of another workflow of the project.'),
        params: described('Parameters of the action; each text may hold ${{ }}.', { type: 'object' }),
        depends_on: described(
          'Steps of the same section that must have ended first.',
          oneOrMany(ref('stepName')),
        ),
        condition: described('CEL, with or without ${{ }}; the step is skipped when it is false.', {
          type: ['string', 'boolean'],
        }),
        for_each: described('A list, or CEL that gives one: the action is done once for each `item`.', {
          anyOf: [{ type: 'string' }, { type: 'array', maxItems: MOST_ITEMS }],
        }),
        concurrency: described('Items of for_each at a time.', {
          type: 'integer',
          minimum: 1,
          maximum: MOST_ITEMS,
        }),
        retry: ref('retry'),
        timeout: described('Of one attempt of the action.', ref('duration')),
        continue_on_error: flag(
          'What needs this step goes on when it failed, and the run does not fail because of it.',
        ),
        approval: ref('approval'),
        wait: ref('wait'),
        labels: described('Labels that a worker must have.', {
          type: 'object',
          additionalProperties: { type: 'string' },
        }),
        sample: described(
          'What stands in for the step in tests.',
          closed({ output: {}, findings: { type: 'array', items: { type: 'object' } } }),
        ),
      },
      ['name'],
    ),
  );
}

function approval(): Json {
  return described('Somebody must agree before the action.', {
    anyOf: [
      { type: 'boolean' },
      closed({
        roles: described(
          'One person of any of them decides; without it everybody who may.',
          oneOrMany({ type: 'string' }),
        ),
        timeout: ref('duration'),
        message: text('What the person who decides reads; may hold ${{ }}.'),
      }),
    ],
  });
}

function wait(): Json {
  return described('A time, or an event.', {
    anyOf: [
      { type: ['string', 'number'] },
      closed(
        {
          until: {
            type: ['string', 'number'],
            description: 'A duration, a time of ISO 8601, or an expression.',
          },
        },
        ['until'],
      ),
      closed(
        {
          event: { enum: TRIGGER_EVENT_TYPES },
          query: text('Such as severity:high,critical.'),
          timeout: ref('duration'),
        },
        ['event'],
      ),
    ],
  });
}

function retry(): Json {
  const max = { type: 'integer', minimum: 0, maximum: MOST_RETRIES };
  return described('Further attempts after the first.', {
    anyOf: [
      max,
      closed(
        { max, backoff: described('Before the first further attempt; doubles with each.', ref('duration')) },
        ['max'],
      ),
    ],
  });
}

function inputs(): Json {
  return described('Name → type or description; or a JSON Schema with properties and required.', {
    type: 'object',
    additionalProperties: true,
    properties: { type: {}, properties: {} },
    patternProperties: { '^(?!type$|properties$|required$|additionalProperties$)': ref('input') },
  });
}

function input(): Json {
  return {
    anyOf: [
      { enum: INPUT_TYPES },
      { type: 'null' },
      { type: 'string' },
      closed({
        type: { enum: INPUT_TYPES },
        description: { type: 'string' },
        default: {},
        required: flag('Usual: when it has no default.'),
        enum: { type: 'array', minItems: 1 },
        kind: described('What it means; for the form.', { enum: PARAM_KINDS }),
        pattern: text('A regular expression that its text must match.'),
        minimum: { type: 'number' },
        maximum: { type: 'number' },
        items: { anyOf: [{ type: 'string' }, { type: 'object' }] },
      }),
    ],
  };
}

function triggers(): Json {
  const schedule = closed(
    {
      cron: text('Minute, hour, day of month, month, day of week.'),
      zone: text('IANA time zone; usual: UTC.'),
      jitter: described('A delay of at most this.', ref('duration')),
      catch_up: described('About times that nobody was there for; usual: one.', { enum: CATCH_UP }),
      overlap: described('When the run before is still at work; usual: skip.', { enum: OVERLAP }),
      inputs: ref('givenInputs'),
    },
    ['cron'],
  );
  const types = { enum: TRIGGER_EVENT_TYPES };
  const event = closed(
    { type: types, query: text('Such as severity:high,critical.'), inputs: ref('givenInputs') },
    ['type'],
  );
  const hook = closed(
    {
      name: text('Stands in its address.'),
      secret: text('Name of the secret that signs it; usual: the same.'),
      inputs: ref('givenInputs'),
    },
    ['name'],
  );
  const either = (short: Json, long: Json) => oneOrMany({ anyOf: [short, long] });
  return described('What starts it.', {
    anyOf: [
      { const: 'manual' },
      closed({
        manual: flag('Whether people may start it; usual: true.'),
        schedule: either({ type: 'string' }, schedule),
        event: either(types, event),
        webhook: either({ type: 'string' }, hook),
      }),
    ],
  });
}

function concurrency(): Json {
  return described('How many runs at a time.', {
    anyOf: [
      { type: 'integer', minimum: 1 },
      closed({
        group: text('Runs with the same text share the limit; ${{ inputs.x }} in it separates by input.'),
        limit: { type: 'integer', minimum: 1 },
        policy: described('A run beyond the limit waits, is not made, or ends the oldest one.', {
          enum: ['queue', 'skip', 'cancel-oldest'],
        }),
      }),
    ],
  });
}
