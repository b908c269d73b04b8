import { references } from '../../lib/cel/template.ts';
import type { WorkflowDefinition } from '../../model/workflow.ts';
import type { KnownTask } from './known.ts';
import type { Path } from './problem.ts';
import type { PlacedStep } from './read-step.ts';
import type { Reading } from './reading.ts';
import { jsonSchemaOf } from './types.ts';

/** Names under which a secret is given. */
const NAME =
  /(?:^|[_.-])(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|apikey|access[_-]?key|private[_-]?key|credentials?|authorization|client[_-]?secret)$/i;
/** What secrets look like: each begins in a way that nothing else does. */
const SHAPES: readonly RegExp[] = [
  /-----BEGIN (?:[A-Z]{2,10} ){0,3}PRIVATE KEY-----/,
  /\bgh[pousr]_[A-Za-z0-9]{36}/,
  /\bgithub_pat_[A-Za-z0-9_]{40}/,
  /\bglpat-[A-Za-z0-9_-]{20}/,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  /\bxox[abposr]-[A-Za-z0-9-]{10}/,
  /\b[sr]k_live_[A-Za-z0-9]{16}/,
  /\bAIza[A-Za-z0-9_-]{35}/,
  /\bnpm_[A-Za-z0-9]{36}/,
  /\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32}/,
  /\beyJ[A-Za-z0-9_-]{8,200}\.eyJ[A-Za-z0-9_-]{8,500}\.[A-Za-z0-9_-]{16}/,
  /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@]{1,100}:[^\s/:@{}]{3,100}@/,
  /^(?:Bearer|Basic) [A-Za-z0-9+/=._~-]{16}/i,
];
const LONGEST = 100_000;

/** Warns of secrets in plain text: they would be stored with each revision and each run. The value itself is never shown. */
export function warnOfSecrets(
  reading: Reading,
  definition: WorkflowDefinition,
  placed: readonly PlacedStep[],
): void {
  for (const { step, path } of placed) {
    const named = secretRefs(step.task === null ? undefined : reading.known.task(step.task));
    for (const [key, value] of Object.entries(step.params))
      if (!named.has(key)) look(reading, value, [...path, 'params', key]);
    look(reading, step.condition, [...path, 'condition']);
    look(reading, step.approval?.message, [...path, 'approval', 'message']);
  }
  for (const [name, input] of Object.entries(definition.inputs))
    if (input.kind !== 'secret-ref') look(reading, input.default, ['inputs', name, 'default'], name);
  look(reading, definition.metadata, ['metadata']);
  look(reading, definition.outputs, ['outputs']);
  look(reading, definition.description, ['description']);
  for (const kind of ['schedule', 'event', 'webhook'] as const)
    for (const [index, trigger] of definition.on[kind].entries())
      look(reading, trigger.inputs, ['on', kind, index, 'inputs']);
}

/** Parameters that name a stored secret, and so hold none. */
function secretRefs(task: KnownTask | undefined): ReadonlySet<string> {
  if (!task) return new Set();
  const properties = (jsonSchemaOf(task.params, 'input').properties ?? {}) as Record<
    string,
    { kind?: string }
  >;
  return new Set(Object.keys(properties).filter((name) => properties[name]?.kind === 'secret-ref'));
}

function look(reading: Reading, value: unknown, path: Path, name = String(path.at(-1))): void {
  if (typeof value === 'string') {
    if (isSecret(value, name))
      reading.warning(
        path,
        'plain-secret',
        `This looks like a secret in plain text: it would be stored with every revision and run. Store it with \`sentinelx secret set NAME\` and write \${{ secrets.NAME }}.`,
      );
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, part] of Object.entries(value))
    look(
      reading,
      part,
      [...path, Array.isArray(value) ? Number(key) : key],
      Array.isArray(value) ? name : key,
    );
}

function isSecret(text: string, name: string): boolean {
  if (text.trim() === '') return false;
  if (NAME.test(name) && references(text).length === 0) return true;
  return text.length <= LONGEST && SHAPES.some((shape) => shape.test(text));
}
