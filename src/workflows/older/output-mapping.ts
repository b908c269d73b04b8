import { closest } from '../../lib/closest.ts';
import type { Path } from '../definition/problem.ts';
import { type Conversion, isRecord, short } from './conversion.ts';
import type { Field } from './read-value.ts';
import type { Names } from './references.ts';
import { renamedParam } from './renamed-tasks.ts';
import { innerToCel, templateOf } from './templates.ts';

export interface Mapped {
  name: string;
  value: string;
  path: Path;
}

/** `{ "scan.vector": vector }` on the step that uses it: a path in the result of an earlier step → its own parameter. */
export function mapOutputs(
  conversion: Conversion,
  field: Field | null,
  { task, names }: { task: string; names: Names },
): Mapped[] {
  if (!field) return [];
  if (!isRecord(field.value)) {
    conversion.problem(
      field.path,
      'wrong-value',
      '\'output_mapping\' is a map such as { "scan.vector": vector }.',
    );
    return [];
  }
  return Object.entries(field.value).flatMap(([source, target]) => {
    const path = [...field.path, source];
    if (typeof target !== 'string' || target === '') {
      conversion.problem(path, 'wrong-value', 'The name of a parameter of this step is expected.');
      return [];
    }
    if (!namesStep(conversion, source, { target, path, names })) return [];
    const cel = conversion.attempt(path, `'${short(source)}' cannot be read`, () =>
      innerToCel(source, names),
    );
    if (!cel) return [];
    const name = renamedParam(task, target);
    const value = templateOf(cel);
    conversion.note(path, {
      what: 'translated',
      from: `${source}: ${target}`,
      to: `${name}: ${value}`,
      message: 'It stands among the parameters now; when the result has no such field the step fails.',
    });
    return [{ name, value, path }];
  });
}

function namesStep(
  conversion: Conversion,
  source: string,
  { target, path, names }: { target: string; path: Path; names: Names },
): boolean {
  const steps = [...names.steps.keys()];
  const begins = (text: string) =>
    steps.some((name) => text === name || text.startsWith(`${name}.`) || text.startsWith(`${name}[`)) ||
    /^(?:steps|results|step_results)[.[]/.test(text);
  if (begins(source)) return true;
  const first = source.split('.')[0] ?? source;
  const near = closest(first, steps);
  const advice = begins(target)
    ? `It is written the other way round: { "${short(target)}": ${short(source)} }.`
    : source.includes('.')
      ? `There is no step '${short(first)}'.${near ? ` Is '${near}' meant?` : ''}`
      : 'It names no step: write { "step.field": parameter } on the step that uses the value.';
  conversion.problem(
    path,
    'unknown-step',
    `'${short(source)}' is no path in the result of a step. ${advice}`,
  );
  return false;
}
