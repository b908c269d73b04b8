import { currentProject } from './project.ts';
import type { FieldProblem, ProblemDetails } from './types.ts';

/** An answer that is not a success, or no answer at all (`code` is then `no-connection`). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | undefined;
  readonly requestId: string | undefined;
  readonly fields: readonly FieldProblem[];
  /** Seconds after which the same request may be sent again. */
  readonly retryAfter: number | undefined;
  /** When it happened: what `retryAfter` counts from. */
  readonly time = Date.now();

  constructor(problem: ProblemDetails) {
    // What broke inside has no detail for anybody but the log of the server.
    super(problem.code === 'internal' ? problem.title : problem.detail || problem.title);
    this.name = 'ApiError';
    this.status = problem.status;
    this.code = problem.code;
    this.hint = problem.hint;
    this.requestId = problem.requestId;
    this.fields = problem.fields ?? [];
    this.retryAfter = problem.retryAfter;
  }
}

/** The person closed the dialog that a request waited for: there is nothing to complain about. */
export const CANCELLED = 'cancelled';

/** Resolves when the person has done what a refused request waits for. */
type Remedy = () => Promise<void>;
let reauthenticate: Remedy | undefined;
let prove: Remedy | undefined;

/** A request that meets an ended session waits for the new one and is then sent again: nothing typed is lost. */
export function setReauthentication(handler: Remedy | undefined): void {
  reauthenticate = handler;
}

/** The same for a request that needs a fresh proof of who is asking; the handler throws when the person gives none. */
export function setProof(handler: Remedy | undefined): void {
  prove = handler;
}

/** For what is refused outside a request, such as the WebSocket. */
export async function askToSignInAgain(): Promise<void> {
  await reauthenticate?.();
}

/** Before one leaves for a page of the server that wants a fresh proof. Rejects when the person gives none. */
export async function askForProof(): Promise<void> {
  await prove?.();
}

export interface RequestOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  query?: Record<string, string | number | null | undefined>;
  body?: unknown;
  signal?: AbortSignal;
  /** The tag of what was looked at (`tagOf`): an edit of something that has changed since is refused with 409. */
  ifMatch?: string | undefined;
  /** The same key twice is done once (`newKey`). */
  idempotencyKey?: string;
}

/** Tags of what was read last, by address. */
const tags = new Map<string, string>();
const MOST_TAGS = 500;

/** To be taken when an edit begins: what is read meanwhile is not what the person saw. */
export function tagOf(path: string): string | undefined {
  return tags.get(path);
}

export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  let answer = await readAnswer<T>(await send(path, options));
  // An ended session and a missing proof can follow each other.
  for (let tries = 0; tries < 2 && answer.problem; tries++) {
    const remedy = remedyFor(answer.problem, path);
    if (!remedy) break;
    await remedy();
    answer = await readAnswer<T>(await send(path, options));
  }
  if (answer.problem) throw answer.problem;
  return answer.value as T;
}

export function remedyFor({ code }: ApiError, path: string): Remedy | undefined {
  if (code === 'unauthenticated' && !path.startsWith('/auth/')) return reauthenticate;
  if (code === 'proof-needed') return prove;
  return undefined;
}

async function send(
  path: string,
  { method = 'GET', query, body, signal, ifMatch, idempotencyKey }: RequestOptions,
): Promise<Response> {
  try {
    const response = await fetch(address(path, query), {
      method,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...projectHeader(path),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
    if (method === 'GET') rememberTag(path, response.headers.get('etag'));
    return response;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError({ title: 'The server does not answer', status: 0, code: 'no-connection' });
  }
}

function rememberTag(path: string, tag: string | null): void {
  if (tag === null) return;
  tags.delete(path);
  tags.set(path, tag);
  const [oldest] = tags.keys();
  if (tags.size > MOST_TAGS && oldest !== undefined) tags.delete(oldest);
}

function address(path: string, query: RequestOptions['query']): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== null && value !== undefined && value !== '') search.set(key, String(value));
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

/** Everything happens in the chosen project; who signs in has none yet. */
export function projectHeader(path: string): Record<string, string> {
  const project = currentProject();
  if (project === undefined || (path.startsWith('/auth/') && path !== '/auth/session')) return {};
  return { 'x-sentinelx-project': project };
}

interface Answer<T> {
  value?: T;
  problem?: ApiError;
}

async function readAnswer<T>(response: Response): Promise<Answer<T>> {
  if (response.status === 204) return {};
  return answerOf<T>(response.status, await response.text(), response.headers);
}

/** What a server said, however it was asked. */
export function answerOf<T>(status: number, text: string, headers: Pick<Headers, 'get'>): Answer<T> {
  const value = parse(text);
  if (status >= 200 && status < 300 && value !== undefined) return { value: value as T };
  const problem = isProblem(value) ? value : undefined;
  const retryAfter = Number(headers.get('retry-after'));
  const details: ProblemDetails = {
    title: problem?.title ?? `The server answered ${status}`,
    status,
    code: problem?.code ?? 'internal',
    ...(problem?.detail ? { detail: problem.detail } : {}),
    ...(problem?.hint ? { hint: problem.hint } : {}),
    ...(problem?.fields ? { fields: problem.fields } : {}),
    ...(problem?.requestId ? { requestId: problem.requestId } : {}),
    ...(retryAfter > 0 ? { retryAfter } : {}),
  };
  return { problem: new ApiError(details) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isProblem(value: unknown): value is ProblemDetails {
  return typeof value === 'object' && value !== null && 'code' in value && 'title' in value;
}
