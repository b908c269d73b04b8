import { ApiError } from '../api/client.ts';
import { Failure } from './states.tsx';

/** What the server says about one field. */
export function problemOf(error: unknown, field: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  return error.fields.find((problem) => problem.field === field || problem.field.startsWith(`${field}.`))
    ?.message;
}

/** The failure of a form, unless every part of it stands at a field already. */
export function FormFailure({ error, fields = [] }: { error: unknown; fields?: readonly string[] }) {
  if (!error) return null;
  const named = error instanceof ApiError ? error.fields : [];
  const atFields = named.length > 0 && named.every((problem) => problemAtOne(problem.field, fields));
  return atFields ? null : <Failure error={error} />;
}

function problemAtOne(field: string, shown: readonly string[]): boolean {
  return shown.some((name) => field === name || field.startsWith(`${name}.`));
}
