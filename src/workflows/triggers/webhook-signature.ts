import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** How long ago, or ahead, a signed moment may be. */
export const TOLERANCE_MS = 5 * 60_000;
const MOST_SIGNATURES = 5;
const MOST_SECRETS = 10;
/** A shorter one could be guessed by trying. */
export const LEAST_SECRET = 16;

export interface SignedRequest {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As it came, before anything was read into it. */
  body: Uint8Array;
  now: number;
}

/** What must not be seen a second time. */
export interface Verified {
  nonces: string[];
}

/**
 * Whether a request was sent by somebody who has one of the secrets:
 *
 * - `x-sentinelx-signature: t=SECONDS,v1=HEX`: HMAC-SHA-256 of `SECONDS.BODY`, at most five minutes old. `v1` may stand there
 *   several times, so that a sender can change its secret.
 * - `x-hub-signature-256: sha256=HEX` (GitHub): HMAC-SHA-256 of the body. It holds no moment, so the same delivery and the same
 *   signed body are taken once.
 * - `x-gitlab-token` (GitLab): the secret itself, with a delivery that is taken once.
 *
 * Every secret is tried, whatever the one before gave.
 */
export function verifyWebhook(secrets: readonly string[], request: SignedRequest): Verified | null {
  const tried = secrets.slice(0, MOST_SECRETS);
  if (header(request, 'x-sentinelx-signature') !== null) return verifyOwn(tried, request);
  if (header(request, 'x-hub-signature-256') !== null) return verifyGitHub(tried, request);
  if (header(request, 'x-gitlab-token') !== null) return verifyGitLab(tried, request);
  // As much work as with a signature, so that time tells nothing.
  for (const secret of tried) hmac(secret, request.body);
  return null;
}

export const REFUSALS = ['no-secret', 'no-signature', 'not-now', 'no-delivery', 'wrong-signature'] as const;
export type Refusal = (typeof REFUSALS)[number];

/** Why a request was refused: for those who look after the hook, never for the sender. */
export function whyRefused(secrets: readonly string[], request: SignedRequest): Refusal {
  if (secrets.length === 0) return 'no-secret';
  const own = header(request, 'x-sentinelx-signature');
  if (own !== null) {
    const then = Number(readOwn(own).time) * 1000;
    return verifyOwn(secrets, { ...request, now: then }) ? 'not-now' : 'wrong-signature';
  }
  const named = ['x-hub-signature-256', 'x-gitlab-token'].some((name) => header(request, name) !== null);
  if (!named) return 'no-signature';
  const delivery = { 'x-github-delivery': 'any', 'x-gitlab-event-uuid': 'any' };
  const delivered = { ...request, headers: { ...request.headers, ...delivery } };
  return verifyWebhook(secrets, delivered) ? 'no-delivery' : 'wrong-signature';
}

/** The secret as it is stored: one a line, the newest first while an old one is still in use. */
export function secretLines(value: string): string[] {
  return value
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => Buffer.byteLength(line) >= LEAST_SECRET);
}

function verifyOwn(secrets: readonly string[], request: SignedRequest): Verified | null {
  const { time, signatures } = readOwn(header(request, 'x-sentinelx-signature') ?? '');
  const valid = secrets
    .map((secret) => hmac(secret, `${time}.`, request.body))
    .filter((expected) => isAmong(expected, signatures));
  const fresh = Math.abs(request.now - Number(time) * 1000) <= TOLERANCE_MS;
  // Not the signature: one request may have several, and would count for each.
  const nonce = digest(Buffer.concat([Buffer.from(`${time}.`), request.body]));
  return valid.length > 0 && fresh ? { nonces: [`v1:${nonce}`] } : null;
}

function readOwn(text: string): { time: string; signatures: Buffer[] } {
  let time = '';
  const signatures: Buffer[] = [];
  for (const part of text.slice(0, 2_000).split(',')) {
    const [, name, value = ''] = /^\s*(t|v1)=([0-9a-f]{1,64})\s*$/.exec(part) ?? [];
    if (name === 't' && /^\d{1,12}$/.test(value)) time = value;
    if (name === 'v1' && value.length === 64 && signatures.length < MOST_SIGNATURES)
      signatures.push(Buffer.from(value, 'hex'));
  }
  return { time, signatures: time === '' ? [] : signatures };
}

function verifyGitHub(secrets: readonly string[], request: SignedRequest): Verified | null {
  const hex = /^sha256=([0-9a-f]{64})$/.exec(header(request, 'x-hub-signature-256') ?? '')?.[1];
  const given = hex === undefined ? [] : [Buffer.from(hex, 'hex')];
  const valid = secrets
    .map((secret) => hmac(secret, request.body))
    .filter((expected) => isAmong(expected, given));
  const delivery = header(request, 'x-github-delivery');
  if (valid.length === 0 || delivery === null) return null;
  // The id of the delivery is not signed: who sends the same again with another id is known by the body.
  return { nonces: [`github:${digest(delivery)}`, `github-body:${digest(request.body)}`] };
}

function verifyGitLab(secrets: readonly string[], request: SignedRequest): Verified | null {
  const token = header(request, 'x-gitlab-token') ?? '';
  const given = hmac('gitlab', token);
  const valid = secrets.filter((secret) => timingSafeEqual(hmac('gitlab', secret), given));
  const delivery = header(request, 'idempotency-key') ?? header(request, 'x-gitlab-event-uuid');
  if (valid.length === 0 || delivery === null) return null;
  return { nonces: [`gitlab:${digest(delivery)}`] };
}

function isAmong(expected: Buffer, given: readonly Buffer[]): boolean {
  let found = false;
  for (const one of given) found = timingSafeEqual(expected, one) || found;
  return found;
}

function hmac(secret: string, ...parts: (string | Uint8Array)[]): Buffer {
  const sum = createHmac('sha256', secret);
  for (const part of parts) sum.update(part);
  return sum.digest();
}

function digest(value: string | Uint8Array): string {
  return createHash('sha256').update(value).digest('hex');
}

function header({ headers }: SignedRequest, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
}
