import type * as z from 'zod';
import type { Services } from './services.ts';

/** `resource:action`; routes without one stand in the list of public routes and nowhere else. */
export type Permission =
  | 'task:read'
  | 'run:read'
  | 'run:create'
  | 'run:cancel'
  | 'finding:read'
  | 'scope:read'
  | 'scope:write'
  | 'system:read';

export interface Caller {
  /** `user_…`, `local:<os user>`. */
  id: string;
  project: string;
  local: boolean;
  permissions: 'all' | ReadonlySet<Permission>;
}

export interface OperationContext {
  services: Services;
  caller: Caller;
}

/** Everything about what a user can do: it gives the route, its OpenAPI entry, the command and the typed client. */
export interface Operation<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends z.ZodType,
  O extends z.ZodType,
> {
  id: string;
  summary: string;
  method: 'GET' | 'POST' | 'DELETE';
  /** Below `/api/v1`, with `{name}` for path parameters. */
  path: string;
  /** Further paths that answer the same. */
  aliases?: readonly string[];
  permission: Permission;
  /** Changes something, or shows what must be accounted for. */
  audited: boolean;
  pathParams: P;
  query: Q;
  body: B;
  output: O;
  status?: 200 | 201 | 202 | 204;
  /** The command that does the same, without `sentinelx`. */
  cli: string;
  handler(
    context: OperationContext,
    input: { path: z.output<P>; query: z.output<Q>; body: z.output<B> },
  ): Promise<z.input<O>>;
}

// biome-ignore lint/suspicious/noExplicitAny: variance: the list holds operations of every type
export type AnyOperation = Operation<any, any, any, any>;

export function defineOperation<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends z.ZodType,
  O extends z.ZodType,
>(operation: Operation<P, Q, B, O>): Operation<P, Q, B, O> {
  return operation;
}
