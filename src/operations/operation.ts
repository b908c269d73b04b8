import * as z from 'zod';
import type { AuditDetails } from '../access/audit.ts';
import type { FactorDue } from '../access/second-factor-rule.ts';
import type { Permission } from '../model/permission.ts';
import type { WriteContext } from '../store/store.ts';
import type { Services } from './services.ts';

export type { Permission } from '../model/permission.ts';

/** How a caller is known. `owner` is a program of the owner of the data folder, `local` the command line on the store itself. */
export interface Via {
  kind: 'local' | 'owner' | 'session' | 'token' | 'anonymous';
  /** Of the session or token; never its value. */
  id: string | null;
}

export interface Caller {
  /** `usr_…`, `svc_…`, `local:<os user>`, `anonymous`. */
  id: string;
  name: string;
  /** Where the operation works; the caller has access to it. */
  project: string;
  /** Reads files as the user of this process may. */
  local: boolean;
  /** In this project, with those that were granted everywhere. */
  permissions: 'all' | ReadonlySet<Permission>;
  via: Via;
  /** When a person at a browser last proved who they are, in ms; `Infinity` where there is nobody to ask (programs, owner). */
  verified: number;
  /** A token of one project reaches no other. */
  onlyProject?: string;
  /** Why the project that was asked for is refused; `permissions` is then empty. */
  denied?: string;
  /** Somebody else set the password: nothing else is done before it is changed. */
  mustChangePassword?: true;
  /** A second factor is demanded of the account and this session has shown none: see `BEFORE_SECOND_FACTOR`. */
  secondFactorDue?: FactorDue;
}

/** The session cookie of the browser that sent the request. */
export interface BrowserSession {
  value: string | undefined;
  open(value: string): void;
  close(): void;
}

/** What an operation with `download` answers: bytes and not JSON. */
export interface Download {
  name: string;
  mediaType: string;
  /** Known sizes allow range requests; `open` then gets first and last byte. */
  size?: number;
  etag?: string;
  /** A page that is shown and not saved: the content security policy that confines it. */
  view?: string;
  open(range?: { start: number; end: number }): AsyncIterable<Uint8Array>;
}
export const Download = z.custom<Download>();

/** The body of an operation with `upload`: one file, as it comes. */
export interface Upload {
  name: string;
  mediaType: string;
  content: AsyncIterable<Uint8Array>;
}
export const Upload = z.custom<Upload>();

/** Where a request comes from. */
export interface From {
  address: string;
  agent: string;
  request: string;
  /** Origin of the browser's page, when it is one of ours. */
  origin?: string;
  /** Origin at which people reach the server that answers; absent on the command line without one. */
  home?: string | undefined;
  /** `If-Match` of an edit. */
  ifMatch?: string;
  browser?: BrowserSession;
}

export interface OperationContext {
  services: Services;
  caller: Caller;
  from: From;
  /** Adds to the audit entry of this operation: what it is about, how it was and how it is. Never a secret. */
  audit(details: AuditDetails): void;
  /** One durable transaction; the audit entry of the operation is stored in it. */
  change<T>(work: (context: WriteContext) => Promise<T>): Promise<T>;
  /**
   * For a change that another part makes in its own transaction: stores the audit entry in that one. The step of a workflow whose
   * process ends right behind it gets `answer`.
   */
  record(context: WriteContext, answer?: unknown): Promise<void>;
  /** Refuses an edit (409, with the current state) whose `If-Match` is not of this state. */
  match(current: unknown): void;
}

/**
 * `public` works without credentials and stands in `PUBLIC_OPERATIONS`; `self` is about the caller's own account and is
 * everybody's who has one.
 */
export type Access = Permission | 'self' | 'public';

/** Everything about what a user can do: it gives the route, its OpenAPI entry, the command and the typed client. */
export interface Operation<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends z.ZodType,
  O extends z.ZodType,
> {
  id: string;
  summary: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`, with `{name}` for path parameters; sign-in stands at `/auth/…`, outside. */
  path: string;
  /** Further paths that answer the same. */
  aliases?: readonly string[];
  permission: Access;
  /** Changes something, or shows what must be accounted for. */
  audited: boolean;
  /** A person at a browser must have proved who they are within the last minutes. */
  sensitive?: boolean;
  pathParams: P;
  query: Q;
  /** Keys that it does not name are refused: what somebody meant must not be dropped without a word. */
  body: B;
  /** Why this body takes keys that it does not name. */
  openBody?: string;
  output: O;
  status?: 200 | 201 | 202 | 204;
  /** The body is one file (multipart form field `file`) of at most this many bytes. */
  upload?: { maxBytes: number };
  /** The answer holds what is shown once and stored nowhere, such as the value of a token. */
  shownOnce?: true;
  /** The output is a `Download`. */
  download?: true;
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
  const { body } = operation;
  return body instanceof z.ZodObject && operation.openBody === undefined
    ? { ...operation, body: body.strict() as unknown as B }
    : operation;
}

/** The whole address of an operation's path. */
export function addressOf(path: string): string {
  return path.startsWith('/auth/') ? path : `/api/v1${path}`;
}
