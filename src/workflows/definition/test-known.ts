import * as z from 'zod';
import { renamed } from '../older/renamed-tasks.ts';
import { retired } from '../older/retired-tasks.ts';
import type { Known, KnownOperation, KnownTask } from './known.ts';

const NONE = z.object({});

const TASKS: Record<string, KnownTask> = {
  cvss: {
    title: 'CVSS',
    needs: [],
    params: z.object({ vector: z.string().min(1), overrides: z.string().default('') }),
    output: z.object({
      vectors: z.array(
        z.object({
          score: z.number(),
          rating: z.enum(['none', 'low', 'high']),
          macro: z.string().nullable(),
        }),
      ),
    }),
    rules: {},
  },
  'secrets-scan': {
    title: 'Secrets',
    needs: ['read'],
    params: z.object({
      path: z.string().meta({ kind: 'path', target: true, examples: ['/srv/app'] }),
      depth: z.int().min(1).max(100).default(10),
      ignore: z.array(z.string()).default([]),
      quick: z.boolean().default(false),
    }),
    output: z.object({ files: z.int(), skipped: z.int() }),
    rules: { 'aws-key': {} },
  },
  'http-check': {
    title: 'Web',
    needs: ['net', 'secret'],
    params: z.object({
      url: z.url(),
      headers: z.record(z.string(), z.string()).default({}),
      token: z.string().meta({ kind: 'secret-ref' }).optional(),
    }),
    rules: { 'no-hsts': {} },
  },
};

const OPERATIONS: Record<string, KnownOperation> = {
  'findings.list': {
    method: 'GET',
    pathParams: NONE,
    query: z.object({
      query: z.string().max(500).optional(),
      limit: z.coerce.number().int().max(1000).default(100),
    }),
    body: z.unknown(),
    output: z.object({
      items: z.array(z.object({ id: z.string(), severity: z.string() })),
      nextCursor: z.string().nullable(),
    }),
  },
  'projects.update': {
    method: 'PATCH',
    pathParams: z.object({ project: z.string() }),
    query: NONE,
    body: z.object({ title: z.string().max(20).optional() }),
    output: z.object({ id: z.string() }),
  },
};

/** Some tasks and operations, for tests. */
export const KNOWN: Known = {
  taskIds: () => Object.keys(TASKS),
  task: (id) => (Object.hasOwn(TASKS, id) ? TASKS[id] : undefined),
  retired,
  renamed,
  operationIds: () => Object.keys(OPERATIONS),
  operation: (id) => (Object.hasOwn(OPERATIONS, id) ? OPERATIONS[id] : undefined),
  isRefused: (id) => id === 'auth.login' || id === 'tokens.create',
  workflowNames: () => ['notify'],
  workflow: (name) =>
    name === 'notify'
      ? {
          outputs: ['sent'],
          inputs: {
            text: { ...INPUT, required: true },
            urgent: { ...INPUT, type: 'boolean', default: false, required: false },
          },
        }
      : undefined,
};

const INPUT = {
  type: 'string',
  description: null,
  enum: null,
  kind: null,
  pattern: null,
  minimum: null,
  maximum: null,
  items: null,
} as const;
