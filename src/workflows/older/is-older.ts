import { isRecord } from './conversion.ts';
import { piecesOf } from './templates.ts';

/** Keys that only the older product has. */
const OLDER_KEYS = [
  ...['variables', 'config', 'prerequisites', 'on_success', 'post_execution', 'cleanup', 'continue_on_error'],
];
const OLDER_STEP_KEYS = [
  ...['parameters', 'output_mapping', 'parallel_with', 'retry_on_failure', 'optional', 'required'],
  ...['continue_on_failure', 'on_success', 'on_failure'],
];
/** Keys that it does not have. One of them at the top: the file is of today, and an older key in it is a mistake. */
const CURRENT_KEYS = ['inputs', 'on', 'outputs', 'finally', 'concurrency', 'fail_fast'];
const CURRENT_STEP_KEYS = [
  ...['operation', 'workflow', 'for_each', 'concurrency', 'retry', 'approval', 'wait', 'labels', 'sample'],
];
const MOST_DEPTH = 70;

/** Whether a document is of the Python SentinelX. Never throws. */
export function isOlder(value: unknown): boolean {
  if (!isRecord(value)) return false;
  if (isRecord(value.workflow) && !Object.hasOwn(value, 'steps')) return true;
  const has = (of: Record<string, unknown>, keys: readonly string[]) =>
    keys.some((key) => Object.hasOwn(of, key));
  if (has(value, CURRENT_KEYS)) return false;
  const steps = Array.isArray(value.steps) ? value.steps.filter(isRecord) : [];
  if (has(value, OLDER_KEYS) || steps.some((step) => has(step, OLDER_STEP_KEYS))) return true;
  if (steps.some((step) => has(step, CURRENT_STEP_KEYS))) return false;
  return looksOlder(value, steps);
}

/** Only what the texts look like tells: a file with nothing but names, tasks and parameters is the same in both. */
function looksOlder(value: Record<string, unknown>, steps: readonly Record<string, unknown>[]): boolean {
  const pieces = textsOf(steps, 0).flatMap((text) => (/\$\{|\{\{/.test(text) ? piecesOf(text) : []));
  if (pieces.some((piece) => piece.kind === 'current')) return false;
  if (pieces.some((piece) => piece.kind === 'template')) return true;
  // `snake_case` was the custom for names of workflows there, and is not possible here.
  const snake = typeof value.name === 'string' && /^[A-Za-z0-9]+(?:_[A-Za-z0-9]+)+$/.test(value.name);
  if (snake && steps.length > 0) return true;
  return steps.some((step) => typeof step.condition === 'string' && isPython(step.condition));
}

/** Words that CEL does not have, outside of texts in quotes. */
function isPython(condition: string): boolean {
  const code = condition.slice(0, 4_000).replace(/'[^']*'|"[^"]*"/g, "''");
  return /(?<![.\w])(?:and|or|not|is|True|False|None|len)(?!\w)/.test(code);
}

function textsOf(value: unknown, depth: number): string[] {
  if (typeof value === 'string') return [value];
  if (depth > MOST_DEPTH || typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((part) => textsOf(part, depth + 1));
}
