import { short } from './conversion.ts';
import type { OlderStep } from './older-step.ts';
import { conditionToCel } from './python/to-cel.ts';
import { fieldAt } from './read-value.ts';
import { stepText } from './references.ts';
import type { Around } from './steps.ts';

/** The condition of a step, with what its place adds; CEL without braces. Null: none. */
export function convertCondition(step: OlderStep, around: Around): string | null {
  const parts = [...gates(step, around), own(step, around)].filter((part) => part !== null);
  if (parts.length <= 1) return parts[0] ?? null;
  return parts.map((part) => (/\|\||\?/.test(part) ? `(${part})` : part)).join(' && ');
}

function gates(step: OlderStep, { flow, names }: Around): string[] {
  const states = step.gates.map(({ of, status }) => `${stepText(of.newName)}.status == '${status}'`);
  if (!step.atEnd) return states;
  // What fails hard stops this step by itself; the others have to be asked.
  const asked = flow.steps
    .filter((one) => one.section === 'steps' && !one.atEnd && one.tolerant && names.steps.has(one.name))
    .map((one) => `${stepText(one.newName)}.status`);
  if (asked.length === 0) return states;
  return [...states, asked.length === 1 ? `${asked[0]} != 'failed'` : `!('failed' in [${asked.join(', ')}])`];
}

function own(step: OlderStep, { flow: { conversion }, names }: Around): string | null {
  const field = fieldAt(step.raw, 'condition', step.path);
  if (!field) return null;
  if (typeof field.value === 'boolean') return String(field.value);
  if (typeof field.value !== 'string') {
    conversion.problem(field.path, 'wrong-value', "'condition' is an expression in quotes.");
    return null;
  }
  const source = field.value.trim();
  if (source === '') return null;
  if (source.startsWith('${{')) return source;
  const what = `The condition '${short(source)}' cannot be translated`;
  const cel = conversion.attempt(field.path, what, () =>
    conditionToCel(source, { ...names, self: step.name }),
  );
  if (cel !== null && cel !== source)
    conversion.note(field.path, {
      what: 'translated',
      from: source,
      to: cel,
      message:
        'Conditions are CEL now. Where Python ran the step because it could not read the condition, it fails.',
    });
  return cel;
}
