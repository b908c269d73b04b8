import type { Kysely } from 'kysely';
import type { Engine } from '../../engine/engine.ts';
import { type Checked, principalOf } from '../../engine/new-run.ts';
import { putAt, type SecretParam } from '../../engine/run-secrets.ts';
import { fill } from '../../lib/cel/template.ts';
import { SentinelError } from '../../lib/errors.ts';
import { type CodedError, MOST_DEPTH, type WorkflowDefinition } from '../../model/workflow.ts';
import type { Database } from '../../store/schema.ts';
import { stepOf } from '../state/facts.ts';
import type { Entry, RunState } from '../state/run-state.ts';
import { isAway } from './facts-queue.ts';
import { itemOf, namesIn, scopeFor } from './scope.ts';
import type { StartOrder } from './start.ts';

/** What a ready step will do, with its parameters filled in and checked. */
export type Prepared =
  | { kind: 'task'; checked: Checked; secrets: readonly SecretParam[] }
  | { kind: 'operation'; operation: string; params: Record<string, unknown> }
  | { kind: 'workflow'; order: StartOrder }
  | { kind: 'fail'; error: CodedError };

export interface PrepareParts {
  db: Kysely<Database>;
  engine: Engine;
  /** Whether the one for whom the run works may still start tasks. */
  mayRunTasks(who: { principal: string; token: string | null; project: string }): Promise<boolean>;
  failed(error: unknown): void;
}

export function createPrepare(parts: PrepareParts) {
  const { db, engine } = parts;

  return async function prepare(state: RunState, entry: Entry): Promise<Prepared> {
    try {
      return await prepared(state, entry);
    } catch (error) {
      // A database that is away is no outcome of the step.
      if (isAway(error)) throw error;
      if (!(error instanceof SentinelError)) {
        // A fault of ours: thrown on, it would come again with each look, and hold up every other step.
        parts.failed(error);
        return { kind: 'fail', error: { code: 'internal', message: 'The step failed inside.' } };
      }
      return { kind: 'fail', error: { code: error.code, message: error.message } };
    }
  };

  async function prepared(state: RunState, entry: Entry): Promise<Prepared> {
    const step = stepOf(state, entry);
    const scope = await scopeFor(db, state, { names: namesIn(step.params), item: itemOf(entry) });
    const { value, secrets } = fill(step.params, scope);
    const params = value as Record<string, unknown>;
    if (step.task !== null) {
      return { kind: 'task', checked: await checkTask(state, { task: step.task, params, secrets }), secrets };
    }
    if (secrets.length > 0)
      throw new SentinelError(
        'invalid-expression',
        `${secrets[0]?.path.join('.')}: a secret can go into the parameters of a task only.`,
      );
    if (step.operation !== null) return { kind: 'operation', operation: step.operation, params };
    return {
      kind: 'workflow',
      order: await childOrder(state, { entry, name: step.workflow ?? '', inputs: params }),
    };
  }

  /** The task's own schema sees the secrets; what is stored with the run has gaps in their place. */
  async function checkTask(
    state: RunState,
    {
      task,
      params,
      secrets,
    }: { task: string; params: Record<string, unknown>; secrets: readonly SecretParam[] },
  ): Promise<Checked> {
    const principal = principalOf(state);
    if (!(await parts.mayRunTasks(state)))
      throw new SentinelError('forbidden', `${state.principal} may not start tasks here any more.`);
    if (secrets.length === 0) return engine.check(task, params, principal);
    const whole = await engine.withSecrets({
      id: state.id,
      project: state.project,
      task,
      principal: state.principal,
      params: JSON.stringify(params),
      secret_params: JSON.stringify(secrets),
    });
    const checked = await engine.check(task, whole, principal);
    return { ...checked, params: withGaps(checked.params, secrets) };
  }

  async function childOrder(
    state: RunState,
    { entry, name, inputs }: { entry: Entry; name: string; inputs: Record<string, unknown> },
  ): Promise<StartOrder> {
    if (state.depth + 1 > MOST_DEPTH)
      throw new SentinelError(
        'workflow-depth',
        `${name} would be the ${state.depth + 1}th workflow within a workflow.`,
      );
    const row = await db
      .selectFrom('workflow')
      .innerJoin('workflow_revision', (join) =>
        join
          .onRef('workflow_revision.workflow', '=', 'workflow.id')
          .onRef('workflow_revision.revision', '=', 'workflow.revision'),
      )
      .innerJoin('workflow_definition', 'workflow_definition.hash', 'workflow_revision.definition')
      .select(['workflow.id', 'workflow.revision', 'workflow_definition.body'])
      .where('workflow.project', '=', state.project)
      .where('workflow.name', '=', name)
      .where('workflow.removed', 'is', null)
      .executeTakeFirst();
    if (!row) throw new SentinelError('not-found', `There is no workflow ${name} in this project.`);
    return {
      project: state.project,
      principal: state.principal,
      token: state.token,
      definition: JSON.parse(row.body) as WorkflowDefinition,
      workflow: { id: row.id, revision: Number(row.revision) },
      inputs,
      trigger: { kind: 'workflow', id: state.id },
      depth: state.depth + 1,
      priority: state.priority,
      samples: state.samples,
      parent: { run: state.id, step: entry.name, item: entry.item },
    };
  }
}

function withGaps(params: Record<string, unknown>, secrets: readonly SecretParam[]): Record<string, unknown> {
  const copy = structuredClone(params);
  for (const { path } of secrets) putAt(copy, path, '');
  return copy;
}
