import { ApiError } from '../api/client.ts';
import { Failure } from './states.tsx';

/** What the server says about one field. */
export function problemOf(error: unknown, field: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  return error.fields.find((problem) => problem.field === field || problem.field.startsWith(`${field}.`))
    ?.message;
}

/** The failure of a form, unless every part of it stands at a field already; what has no field here is named. */
export function FormFailure({ error, fields = [] }: { error: unknown; fields?: readonly string[] }) {
  if (!error) return null;
  const named = error instanceof ApiError ? error.fields : [];
  const elsewhere = named.filter((problem) => !problemAtOne(problem.field, fields));
  return named.length > 0 && elsewhere.length === 0 ? null : <Failure error={error} problems={elsewhere} />;
}

function problemAtOne(field: string, shown: readonly string[]): boolean {
  return shown.some((name) => field === name || field.startsWith(`${name}.`));
}
