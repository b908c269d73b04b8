import * as z from 'zod';
import { SentinelError } from '../lib/errors.ts';
import { WorkflowDefinition } from '../model/workflow.ts';
import { inputsSchema } from '../workflows/definition/inputs.ts';
import { readTemplate, templates } from '../workflows/templates/templates.ts';
import { defineOperation } from './operation.ts';
import { listOf, NO_BODY, NONE } from './paging.ts';
import { convertDocument } from './workflow-convert.ts';
import { readDocument, sourceOf } from './workflow-document.ts';
import { needsOf, WorkflowNeeds } from './workflow-needs.ts';
import { Document, WorkflowPath, WorkflowProblem } from './workflow-shapes.ts';

const Note = z.object({
  line: z.int().nullable(),
  what: z.enum(['renamed', 'translated', 'dropped', 'assumed']),
  from: z.string(),
  to: z.string().nullable(),
  message: z.string(),
});

export const workflowValidate = defineOperation({
  id: 'workflows.validate',
  summary: 'Everything that is wrong in a document, by line, and what it would use; nothing is stored',
  method: 'POST',
  path: '/workflows/validate',
  permission: 'workflow:read',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: z.strictObject({ source: Document }),
  output: z.object({
    valid: z.boolean(),
    shape: z.enum(['current', 'older']).describe('`older`: of the Python SentinelX'),
    problems: z.array(WorkflowProblem),
    warnings: z.array(WorkflowProblem),
    definition: WorkflowDefinition.nullable(),
    inputs: z.record(z.string(), z.unknown()).nullable().describe('JSON Schema of the inputs'),
    needs: WorkflowNeeds.nullable(),
  }),
  cli: 'workflow validate',
  async handler(context, { body }) {
    const { definition, problems, warnings, shape } = await readDocument(context, sourceOf(body.source));
    return {
      valid: definition !== null,
      shape,
      problems: [...problems],
      warnings: [...warnings],
      definition,
      inputs: definition && inputsSchema(definition),
      needs: definition && (await needsOf(context.services, context.caller.project, definition)),
    };
  },
});

export const workflowConvert = defineOperation({
  id: 'workflows.convert',
  summary: 'A workflow file of the Python SentinelX in the shape of today, with a report by line',
  method: 'POST',
  path: '/workflows/convert',
  permission: 'workflow:read',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: z.strictObject({ source: Document }),
  output: z.object({
    source: z.string().nullable().describe('YAML; null when there is nothing to write'),
    report: z.array(Note),
    problems: z.array(WorkflowProblem).describe('What cannot be kept; without any, nothing is lost'),
    warnings: z.array(WorkflowProblem),
  }),
  cli: 'workflow convert',
  handler: async (context, { body }) => convertDocument(context, sourceOf(body.source)),
});

const Template = z.object({
  name: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  inputs: z.array(z.string()),
});

export const templateList = defineOperation({
  id: 'workflows.templates',
  summary: 'Workflows that come with SentinelX, to start from',
  method: 'GET',
  path: '/workflows/templates',
  permission: 'workflow:read',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: listOf(Template),
  cli: 'workflow template',
  handler: async () => ({
    items: templates().map(({ name, description, tags, inputs }) => ({
      name,
      description,
      tags: [...tags],
      inputs: [...inputs],
    })),
    nextCursor: null,
  }),
});

export const templateGet = defineOperation({
  id: 'workflows.template',
  summary: 'The document of a template',
  method: 'GET',
  path: '/workflows/templates/{name}',
  permission: 'workflow:read',
  audited: false,
  pathParams: WorkflowPath,
  query: NONE,
  body: NO_BODY,
  output: Template.extend({ source: z.string() }),
  cli: 'workflow template',
  async handler(_context, { path }) {
    const found = readTemplate(path.name);
    if (found) return { ...found, tags: [...found.tags], inputs: [...found.inputs] };
    const names = templates().map(({ name }) => name);
    throw new SentinelError(
      'not-found',
      `There is no template '${path.name}'. There are: ${names.join(', ')}.`,
    );
  },
});
