import { createHash } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { AwsV4Signer } from 'aws4fetch';
import { SentinelError, systemCode } from '../lib/errors.ts';

export interface S3Settings {
  /** Origin, with a path when the service stands below one. */
  endpoint: string;
  region: string;
  bucket: string;
  accessKey: string;
  secretKey: string;
}

export interface S3Request {
  method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Of the object; the bucket itself when it is empty. */
  key: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Buffer;
}

export interface S3Answer {
  status: number;
  headers: IncomingMessage['headers'];
  /** Must be read or destroyed. */
  body: IncomingMessage;
}

const SILENCE_MS = 30_000;
const TRIES = 4;
const FIRST_WAIT_MS = 200;

export type S3Client = ReturnType<typeof s3Client>;

/** Signed requests (AWS Signature 4, path style). What failed on the way, or because the service was busy, is tried again. */
export function s3Client(settings: S3Settings) {
  const base = settings.endpoint.replace(/\/+$/, '');
  const signingKeys = new Map<string, ArrayBuffer>();

  async function sendOnce({ method, key, query = {}, headers = {}, body }: S3Request): Promise<S3Answer> {
    const url = new URL(`${base}/${settings.bucket}${key === '' ? '' : `/${key}`}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const signed = await new AwsV4Signer({
      method,
      url: url.href,
      headers: {
        ...headers,
        'x-amz-content-sha256': createHash('sha256')
          .update(body ?? '')
          .digest('hex'),
      },
      accessKeyId: settings.accessKey,
      secretAccessKey: settings.secretKey,
      service: 's3',
      region: settings.region,
      cache: signingKeys,
    }).sign();
    return exchange(url, {
      method,
      headers: { ...Object.fromEntries(signed.headers), 'content-length': String(body?.length ?? 0) },
      body,
    });
  }

  /** Answers that are neither a success nor among `also` throw. */
  async function send(request: S3Request, also: readonly number[] = []): Promise<S3Answer> {
    for (let attempt = 1; ; attempt += 1) {
      let problem: SentinelError;
      try {
        const answer = await sendOnce(request);
        if ((answer.status >= 200 && answer.status < 300) || also.includes(answer.status)) return answer;
        const text = await readText(answer.body);
        problem = refused(base, answer.status, text);
        if (answer.status < 500 && answer.status !== 429) throw problem;
      } catch (cause) {
        if (cause instanceof SentinelError) throw cause;
        problem = unreachable(base, cause);
      }
      if (attempt >= TRIES) throw problem;
      await new Promise((resolve) =>
        setTimeout(resolve, FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + Math.random())),
      );
    }
  }

  return {
    send,
    /** The same, and the whole answer as text. */
    async text(request: S3Request, also: readonly number[] = []): Promise<{ status: number; text: string }> {
      const { status, body } = await send(request, also);
      return {
        status,
        text: await readText(body).catch((cause: unknown) => Promise.reject(unreachable(base, cause))),
      };
    },
    /** Of an answer 404: undefined when the object is not there, an error when it is the bucket or the account. */
    async missing({ status, body }: S3Answer): Promise<SentinelError | undefined> {
      const text = await readText(body);
      return /<Code>(?!NoSuchKey<)/.test(text) ? refused(base, status, text) : undefined;
    },
    /** For what comes while a body is read. */
    fault: (cause: unknown) => (cause instanceof SentinelError ? cause : unreachable(base, cause)),
  };
}

function exchange(
  url: URL,
  { method, headers, body }: { method: string; headers: Record<string, string>; body: Buffer | undefined },
): Promise<S3Answer> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(
      url,
      { method, headers, timeout: SILENCE_MS },
      (answer) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: answer }),
    );
    request.once('timeout', () =>
      request.destroy(Object.assign(new Error('silence'), { code: 'ETIMEDOUT' })),
    );
    request.once('error', reject);
    request.end(body);
  });
}

const MAX_TEXT = 16 * 1024 * 1024;

async function readText(body: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const bytes of body as AsyncIterable<Buffer>) {
    size += bytes.length;
    if (size > MAX_TEXT) throw new Error('the answer is too large');
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Says what the service calls it, and nothing more of its answer. */
function refused(base: string, status: number, text: string): SentinelError {
  const code = /<Code>([A-Za-z0-9.]{1,60})<\/Code>/.exec(text)?.[1];
  return new SentinelError(
    'blobs-unavailable',
    `${new URL(base).origin} answers ${status}${code === undefined ? '' : ` (${code})`}.`,
  );
}

function unreachable(base: string, cause: unknown): SentinelError {
  return new SentinelError(
    'blobs-unavailable',
    `${new URL(base).origin} cannot be reached (${systemCode(cause) ?? 'unknown reason'}).`,
    { cause },
  );
}
