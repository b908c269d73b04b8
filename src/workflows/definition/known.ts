import type * as z from 'zod';
import type { WorkflowDefinition } from '../../model/workflow.ts';

/** What a task says about itself, as far as a document is checked against it. */
export interface KnownTask {
  title: string;
  needs: readonly string[];
  params: z.ZodObject;
  output?: z.ZodType | undefined;
  /** By id; empty: it never reports a finding. */
  rules: Readonly<Record<string, unknown>>;
}

export interface KnownOperation {
  method: string;
  pathParams: z.ZodObject;
  query: z.ZodObject;
  body: z.ZodType;
  output: z.ZodType;
}

export interface KnownWorkflow {
  inputs: WorkflowDefinition['inputs'];
  outputs: readonly string[];
}

/** What a document may refer to. Everything is there already: reading a document asks nobody and waits for nothing. */
export interface Known {
  taskIds(): readonly string[];
  task(id: string): KnownTask | undefined;
  /** Why a task was left out on purpose. */
  retired(id: string): string | undefined;
  /** What a task of older files is called now. */
  renamed(id: string): string | undefined;
  /** Operations that a step may do. */
  operationIds(): readonly string[];
  operation(id: string): KnownOperation | undefined;
  /** Whether there is such an operation, and a step may not do it. */
  isRefused(id: string): boolean;
  workflowNames(): readonly string[];
  workflow(name: string): KnownWorkflow | undefined;
}
