import type { FieldProblem, ProblemDetails } from './types.ts';

/** An answer that is not a success, or no answer at all (`code` is then `no-connection`). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | undefined;
  readonly requestId: string | undefined;
  readonly fields: readonly FieldProblem[];

  constructor(problem: ProblemDetails) {
    super(problem.detail || problem.title);
    this.name = 'ApiError';
    this.status = problem.status;
    this.code = problem.code;
    this.hint = problem.hint;
    this.requestId = problem.requestId;
    this.fields = problem.fields ?? [];
  }
}

/** Resolves when the person has signed in again, rejects when they leave instead. */
type Reauthenticate = () => Promise<void>;
let reauthenticate: Reauthenticate | undefined;

/** A request that meets an ended session waits for the new one and is then sent again: nothing typed is lost. */
export function setReauthentication(handler: Reauthenticate | undefined): void {
  reauthenticate = handler;
}

/** For what is refused outside a request, such as the WebSocket. */
export async function askToSignInAgain(): Promise<void> {
  await reauthenticate?.();
}

export interface RequestOptions {
  method?: 'GET' | 'POST' | 'DELETE';
  query?: Record<string, string | number | null | undefined>;
  body?: unknown;
  signal?: AbortSignal;
}

export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(path, options);
  if (response.status === 401 && reauthenticate && !path.startsWith('/auth/')) {
    await reauthenticate();
    return readAnswer<T>(await send(path, options));
  }
  return readAnswer<T>(response);
}

async function send(
  path: string,
  { method = 'GET', query, body, signal }: RequestOptions,
): Promise<Response> {
  try {
    return await fetch(address(path, query), {
      method,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError({ title: 'The server does not answer', status: 0, code: 'no-connection' });
  }
}

function address(path: string, query: RequestOptions['query']): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== null && value !== undefined && value !== '') search.set(key, String(value));
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

async function readAnswer<T>(response: Response): Promise<T> {
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  const value = parse(text);
  if (response.ok && value !== undefined) return value as T;
  const problem = isProblem(value) ? value : undefined;
  throw new ApiError({
    title: problem?.title ?? `The server answered ${response.status}`,
    status: response.status,
    code: problem?.code ?? 'internal',
    ...(problem?.detail ? { detail: problem.detail } : {}),
    ...(problem?.hint ? { hint: problem.hint } : {}),
    ...(problem?.fields ? { fields: problem.fields } : {}),
    ...(problem?.requestId ? { requestId: problem.requestId } : {}),
  });
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
