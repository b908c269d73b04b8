import { stringify } from 'yaml';
import type { OperationContext } from './operation.ts';
import { readDocument } from './workflow-document.ts';

/** An older file is converted; one of today stays as it is. */
export async function convertDocument(context: OperationContext, source: string) {
  const { shape, converted, problems, warnings } = await readDocument(context, source);
  if (shape === 'current' || !converted) return { source, report: [], problems, warnings };
  const { value, report } = converted;
  return {
    source: value === null ? null : stringify(value, { lineWidth: 110 }),
    report,
    problems,
    warnings,
  };
}
