import { SentinelError } from '../lib/errors.ts';
import { SECTIONS, type WorkflowDefinition } from '../model/workflow.ts';
import type { Known, KnownOperation } from '../workflows/definition/known.ts';
import type { DefinitionProblem } from '../workflows/definition/problem.ts';
import { type ReadWorkflow, readWorkflow } from '../workflows/definition/read-workflow.ts';
import { knownOf, knownWorkflows } from '../workflows/known.ts';
import type { Written } from '../workflows/library.ts';
import type { AnyOperation, OperationContext } from './operation.ts';

/** More would not be read, and fill the answer. */
const MOST_SHOWN = 20;

/** Reads a document as it would be saved in the project of the caller. */
export async function readDocument(context: OperationContext, source: string): Promise<ReadWorkflow> {
  const read = readWorkflow(source, await knownFor(context, source));
  if (read.definition === null) return read;
  const unknown = [
    ...(await unknownRoles(context, read.definition)),
    ...(await missingSecrets(context, read.definition)),
  ];
  return unknown.length === 0 ? read : { ...read, warnings: [...read.warnings, ...unknown] };
}

/** A webhook whose secret is not stored refuses everything. */
async function missingSecrets(
  { services, caller }: OperationContext,
  { on }: WorkflowDefinition,
): Promise<DefinitionProblem[]> {
  const found: DefinitionProblem[] = [];
  for (const [index, { name, secret }] of on.webhook.entries()) {
    if (await services.secrets.has({ project: caller.project, name: secret })) continue;
    found.push({
      line: null,
      column: null,
      field: `on.webhook.${index}.secret`,
      code: 'unknown-reference',
      message: `There is no secret '${secret}' yet: until it is stored, the webhook '${name}' refuses every request.`,
    });
  }
  return found;
}

/** Nobody could decide what only a role decides that there is not. */
async function unknownRoles(
  { services }: OperationContext,
  definition: WorkflowDefinition,
): Promise<DefinitionProblem[]> {
  const roles = await services.grants.roles();
  return SECTIONS.flatMap((section) =>
    definition[section].flatMap((step, index) => {
      const unknown = (step.approval?.roles ?? []).filter((role) => !roles.has(role));
      if (unknown.length === 0) return [];
      const message = `There is no role ${unknown.join(', ')}; there are: ${[...roles.keys()].sort().join(', ')}.`;
      const field = `${section}.${index}.approval.roles`;
      return [{ line: step.line, column: null, field, code: 'unknown-reference' as const, message }];
    }),
  );
}

export async function knownFor({ services, caller }: OperationContext, source: string): Promise<Known> {
  // This file is part of the list: it can be read only when the list is there.
  const { OPERATIONS } = await import('./all.ts');
  const { isForSteps } = await import('./step.ts');
  const all = OPERATIONS as readonly AnyOperation[];
  return knownOf({
    tasks: await services.engine.catalogue.all(),
    operations: new Map<string, KnownOperation>(all.filter(isForSteps).map((one) => [one.id, one])),
    refused: new Set(all.filter((one) => !isForSteps(one)).map((one) => one.id)),
    workflows: await knownWorkflows(services.store.db, caller.project, source),
  });
}

/** The definition, or everything that is wrong with it, by line. */
export async function requireDocument(
  context: OperationContext,
  document: string | Record<string, unknown>,
): Promise<Written & { warnings: DefinitionProblem[] }> {
  const source = sourceOf(document);
  const { definition, problems, warnings } = await readDocument(context, source);
  if (definition === null) throw refusal(problems);
  return { definition, source, format: isJson(source) ? 'json' : 'yaml', warnings };
}

/** JSON is YAML too: what begins as an object of JSON is called JSON. */
function isJson(source: string): boolean {
  return /^\s*\{/.test(source);
}

/** What an editor sends as an object is kept as JSON. */
export function sourceOf(document: string | Record<string, unknown>): string {
  return typeof document === 'string' ? document : `${JSON.stringify(document, null, 2)}\n`;
}

function refusal(problems: readonly DefinitionProblem[]): SentinelError {
  const shown = problems.slice(0, MOST_SHOWN);
  const lines = shown.map(problemText);
  if (problems.length > shown.length) lines.push(`and ${problems.length - shown.length} more`);
  const one = problems.length === 1;
  return new SentinelError(
    // Who meets one of those must be able to tell it from a mistake.
    problems.some((problem) => problem.code === 'retired-task') ? 'retired-task' : 'invalid-workflow',
    one ? (lines[0] ?? '') : `The workflow has ${problems.length} problems:\n${lines.join('\n')}`,
    { fields: shown.map((problem) => ({ field: problem.field, message: withLine(problem) })) },
  );
}

export function problemText(problem: DefinitionProblem): string {
  const place = problem.line === null ? '' : `line ${problem.line}, `;
  return `${place}${problem.field}: ${problem.message}`;
}

function withLine({ line, message }: DefinitionProblem): string {
  return line === null ? message : `line ${line}: ${message}`;
}
