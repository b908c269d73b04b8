import type { Kysely } from 'kysely';
import { fill } from '../../lib/cel/template.ts';
import { SentinelError } from '../../lib/errors.ts';
import type { CodedError } from '../../model/workflow.ts';
import type { Database } from '../../store/schema.ts';
import type { RunState } from '../state/run-state.ts';
import { namesIn, scopeFor } from './scope.ts';

const MOST_BYTES = 1_000_000;

/** What an ended run gives. Of a run that did not succeed an output that cannot be had is left out. */
export async function runOutputs(
  db: Kysely<Database>,
  state: RunState,
): Promise<{ outputs: Record<string, unknown> | null; error: CodedError | null }> {
  const wanted = Object.entries(state.definition.outputs);
  if (wanted.length === 0) return { outputs: null, error: null };
  const outputs: Record<string, unknown> = {};
  let error: CodedError | null = null;
  const scope = await scopeFor(db, state, { names: namesIn(state.definition.outputs) });
  for (const [name, template] of wanted) {
    try {
      outputs[name] = fill(template, scope).value;
    } catch (cause) {
      if (!(cause instanceof SentinelError)) throw cause;
      error ??= { code: cause.code, message: `outputs.${name}: ${cause.message}` };
    }
  }
  if (JSON.stringify(outputs).length > MOST_BYTES)
    return { outputs: null, error: { code: 'output-limit', message: 'The outputs are longer than 1 MB.' } };
  return { outputs, error: state.failed === null ? error : null };
}
