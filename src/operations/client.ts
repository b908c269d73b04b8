import type * as z from 'zod';
import { ERROR_CODES, type ErrorCode } from '../lib/error-codes.ts';
import { type FieldProblem, SentinelError } from '../lib/errors.ts';
import { type AnyOperation, addressOf, type Operation } from './operation.ts';

/** What an operation takes, before its schemas have read it. */
export interface OperationInput<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType> {
  path?: z.input<P>;
  query?: z.input<Q>;
  body?: z.input<B>;
}
export type AnyInput = { path?: unknown; query?: unknown; body?: unknown };

export interface ClientOptions {
  /** Origin of the server: `https://sentinelx.example.org`. */
  base: string;
  /** Sent with every request: credentials, project, name of the program. */
  headers?: Readonly<Record<string, string>>;
  fetch: typeof fetch;
  timeoutMs?: number;
}

/** Bytes that a server sends. */
export interface Received {
  name: string;
  mediaType: string;
  content: AsyncIterable<Uint8Array>;
}

export interface Client {
  /** The same operation over HTTP: typed like the declaration, errors with their code and fields. */
  call<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, O extends z.ZodType>(
    operation: Operation<P, Q, B, O>,
    input?: OperationInput<P, Q, B>,
    options?: { headers?: Readonly<Record<string, string>> },
  ): Promise<z.output<O>>;
  download(
    operation: AnyOperation,
    input: AnyInput,
    options?: { headers?: Readonly<Record<string, string>> },
  ): Promise<Received>;
  upload<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, O extends z.ZodType>(
    operation: Operation<P, Q, B, O>,
    input: OperationInput<P, Q, B>,
    file: { name: string; content: Blob },
    options?: { headers?: Readonly<Record<string, string>> },
  ): Promise<z.output<O>>;
}

/** Long enough to follow a large audit chain. */
const USUAL_TIMEOUT_MS = 120_000;

/** A typed client of the operations. It needs `fetch` and nothing of a server, so that a browser can use it too. */
export function createClient(options: ClientOptions): Client {
  const send = async (
    operation: AnyOperation,
    input: AnyInput,
    init: { body?: BodyInit; headers?: Readonly<Record<string, string>>; endless?: boolean },
  ): Promise<Response> => {
    const address = `${options.base}${pathOf(operation, input)}`;
    let response: Response;
    try {
      response = await options.fetch(address, {
        method: operation.method,
        headers: { ...options.headers, ...init.headers },
        ...(init.body === undefined ? {} : { body: init.body }),
        redirect: 'manual',
        ...(init.endless ? {} : { signal: AbortSignal.timeout(options.timeoutMs ?? USUAL_TIMEOUT_MS) }),
      });
    } catch (cause) {
      throw new SentinelError('server-unreachable', `${options.base} does not answer.`, { cause });
    }
    if (response.ok) return response;
    throw await errorOf(response, options.base);
  };
  const read = async (operation: AnyOperation, response: Response): Promise<unknown> => {
    const text = await textOf(response, options.base);
    const result = operation.output.safeParse(text === '' ? {} : parseJson(text));
    if (result.success) return result.data;
    throw new SentinelError(
      'unknown-answer',
      `${options.base} answers ${operation.method} ${addressOf(operation.path)} with something that this release does not know.`,
      { cause: result.error },
    );
  };
  return {
    async call(operation, input = {}, { headers } = {}) {
      const body = input.body === undefined ? undefined : JSON.stringify(input.body);
      const response = await send(operation, input, {
        headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body }),
      });
      return read(operation, response) as never;
    },
    async download(operation, input, { headers } = {}) {
      const response = await send(operation, input, { endless: true, ...(headers ? { headers } : {}) });
      return {
        name: fileNameOf(response) ?? 'download',
        mediaType: response.headers.get('content-type') ?? 'application/octet-stream',
        content: chunksOf(response, options.base),
      };
    },
    async upload(operation, input, file, { headers } = {}) {
      const form = new FormData();
      for (const [name, value] of Object.entries((input.body ?? {}) as Record<string, unknown>))
        if (value !== undefined) form.append(name, String(value));
      form.append('file', file.content, file.name);
      const response = await send(operation, input, {
        endless: true,
        body: form,
        ...(headers ? { headers } : {}),
      });
      return read(operation, response) as never;
    },
  };
}

/** Address with path parameters and query filled in; `{id}` of `/runs/{id}` never leaves its place. */
export function pathOf(operation: AnyOperation, input: AnyInput): string {
  const values = (input.path ?? {}) as Record<string, unknown>;
  const path = addressOf(operation.path).replace(/\{(\w+)\}/g, (_all, name: string) => {
    const value = String(values[name] ?? '');
    if (value === '' || /^\.{1,2}$/.test(value))
      throw new SentinelError('invalid-parameter', `${name}: expects an id.`, {
        fields: [{ field: name, message: 'expects an id' }],
      });
    return encodeURIComponent(value);
  });
  const query = new URLSearchParams(queryTexts(input.query)).toString();
  return query === '' ? path : `${path}?${query}`;
}

/** A query as it stands in an address: text only. */
export function queryTexts(query: unknown): [string, string][] {
  return Object.entries((query ?? {}) as Record<string, unknown>).flatMap(
    ([name, value]): [string, string][] => {
      if (value === undefined || value === null) return [];
      return (Array.isArray(value) ? value : [value]).map((one) => [name, String(one)]);
    },
  );
}

/** What a server said is wrong, as the error that it threw. */
async function errorOf(response: Response, base: string): Promise<SentinelError> {
  const { status } = response;
  const location = response.headers.get('location');
  if (status >= 300 && status < 400 && location !== null) {
    await response.body?.cancel();
    const target = URL.canParse(location, base) ? new URL(location, base).origin : location;
    return new SentinelError('unknown-answer', `${base} leads to ${target}: name that address.`);
  }
  const text = await textOf(response, base).catch(() => '');
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const problem = parseJson(text);
  if (isProblem(problem)) {
    return new SentinelError(problem.code, problem.detail, {
      fields: Array.isArray(problem.fields) ? problem.fields.filter(isField) : [],
      current: problem.current,
      ...(Number.isFinite(retryAfter) ? { retryAfter } : {}),
    });
  }
  if ([502, 503, 504].includes(status))
    return new SentinelError('server-unreachable', `${base} is not ready (it answers ${status}).`);
  return new SentinelError('unknown-answer', `${base} answers ${status}, and not as SentinelX does.`);
}

interface ProblemBody {
  code: ErrorCode;
  detail: string;
  fields?: unknown;
  current?: unknown;
}

function isProblem(value: unknown): value is ProblemBody {
  if (typeof value !== 'object' || value === null) return false;
  const { code, detail } = value as Record<string, unknown>;
  return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code) && typeof detail === 'string';
}

function isField(value: unknown): value is FieldProblem {
  if (typeof value !== 'object' || value === null) return false;
  const { field, message } = value as Record<string, unknown>;
  return typeof field === 'string' && typeof message === 'string';
}

async function textOf(response: Response, base: string): Promise<string> {
  try {
    return await response.text();
  } catch (cause) {
    throw new SentinelError('server-unreachable', `${base} stopped in the middle of its answer.`, { cause });
  }
}

async function* chunksOf(response: Response, base: string): AsyncGenerator<Uint8Array> {
  if (!response.body) return;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw new SentinelError('server-unreachable', `${base} stopped in the middle of the file.`, {
          cause,
        });
      });
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function fileNameOf(response: Response): string | undefined {
  const encoded = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get('content-disposition') ?? '')?.[1];
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
