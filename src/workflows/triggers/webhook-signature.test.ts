import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { secretLines, TOLERANCE_MS, verifyWebhook, whyRefused } from './webhook-signature.ts';

const SECRET = 'a secret of enough letters';
const OLD = 'the older one, still in use';
const NOW = Date.parse('2026-01-05T02:00Z');
const BODY = Buffer.from('{"ref":"main"}');

const sign = (body: Uint8Array, { secret = SECRET, time = NOW / 1000 } = {}) =>
  createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex');
const own = (time: number, ...signatures: string[]) =>
  [`t=${time}`, ...signatures.map((one) => `v1=${one}`)].join(',');
const verify = (headers: Record<string, string>, { body = BODY, secrets = [SECRET], now = NOW } = {}) =>
  verifyWebhook(secrets, { headers, body, now });
const header = (value: string) => ({ 'x-sentinelx-signature': value });

describe('our own signature', () => {
  const seconds = NOW / 1000;

  test('is right for this body, this secret and this moment', () => {
    expect(verify(header(own(seconds, sign(BODY))))?.nonces).toHaveLength(1);
    expect(verify(header(own(seconds, sign(BODY))), { body: Buffer.from('{"ref":"other"}') })).toBeNull();
    expect(verify(header(own(seconds, sign(BODY, { secret: OLD }))))).toBeNull();
    expect(verify(header(own(seconds + 1, sign(BODY))))).toBeNull();
  });

  test('is refused when it is old, or of the future', () => {
    const value = header(own(seconds, sign(BODY)));
    expect(verify(value, { now: NOW + TOLERANCE_MS })).not.toBeNull();
    expect(verify(value, { now: NOW + TOLERANCE_MS + 1 })).toBeNull();
    expect(verify(value, { now: NOW - TOLERANCE_MS - 1 })).toBeNull();
  });

  test('secrets can change: several at the receiver, several signatures from the sender, one request', () => {
    const both = own(seconds, sign(BODY, { secret: OLD }), sign(BODY));
    const one = verify(header(both), { secrets: [SECRET, OLD] });
    const same = verify(header(own(seconds, sign(BODY, { secret: OLD }))), { secrets: [SECRET, OLD] });
    expect(one).not.toBeNull();
    expect(same).toEqual(one);
  });

  test('nothing else in the header is taken for one', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `t=${seconds},v1=${text}`),
          fc.constantFrom(
            't=',
            'v1=',
            `t=${seconds}`,
            `v1=${sign(BODY)}`,
            `t=1e9,v1=${sign(BODY)}`,
            `t=-1,v1=${sign(BODY)}`,
          ),
        ),
        (text) => {
          expect(verify(header(text || ' '))).toBeNull();
        },
      ),
    );
  });
});

test('GitHub: the body is signed; the same body under another delivery is known', () => {
  const signature = `sha256=${createHmac('sha256', SECRET).update(BODY).digest('hex')}`;
  const one = verify({ 'x-hub-signature-256': signature, 'x-github-delivery': 'a' });
  const two = verify({ 'x-hub-signature-256': signature, 'x-github-delivery': 'b' });
  expect(one?.nonces).toHaveLength(2);
  expect(one?.nonces.some((nonce) => two?.nonces.includes(nonce))).toBe(true);
  expect(verify({ 'x-hub-signature-256': signature })).toBeNull();
  expect(verify({ 'x-hub-signature-256': `${signature}0`, 'x-github-delivery': 'a' })).toBeNull();
  expect(
    verify({ 'x-hub-signature-256': signature, 'x-github-delivery': 'a' }, { secrets: [OLD] }),
  ).toBeNull();
});

test('GitLab: the secret itself, with a delivery', () => {
  expect(verify({ 'x-gitlab-token': SECRET, 'x-gitlab-event-uuid': 'a' })?.nonces).toHaveLength(1);
  expect(verify({ 'x-gitlab-token': SECRET })).toBeNull();
  expect(verify({ 'x-gitlab-token': `${SECRET}x`, 'x-gitlab-event-uuid': 'a' })).toBeNull();
});

test('no signature at all, or one of each kind where the first is wrong', () => {
  expect(verify({})).toBeNull();
  expect(verify({ ...header('t=1,v1=00'), 'x-gitlab-token': SECRET, 'x-gitlab-event-uuid': 'a' })).toBeNull();
});

test('a stored secret is one a line; what could be guessed is none', () => {
  expect(secretLines(`${SECRET}\r\n  ${OLD}\n\nshort\n`)).toEqual([SECRET, OLD]);
  expect(secretLines('short')).toEqual([]);
});

test('why a request was refused', () => {
  const why = (headers: Record<string, string>, { secrets = [SECRET], now = NOW } = {}) =>
    whyRefused(secrets, { headers, body: BODY, now });
  const value = header(own(NOW / 1000, sign(BODY)));
  const hub = `sha256=${createHmac('sha256', SECRET).update(BODY).digest('hex')}`;
  expect(why(value, { secrets: [] })).toBe('no-secret');
  expect(why({})).toBe('no-signature');
  expect(why(value, { now: NOW + TOLERANCE_MS + 1 })).toBe('not-now');
  expect(why(value, { secrets: [OLD], now: NOW + TOLERANCE_MS + 1 })).toBe('wrong-signature');
  expect(why(header('nonsense'))).toBe('wrong-signature');
  expect(why({ 'x-hub-signature-256': hub })).toBe('no-delivery');
  expect(why({ 'x-hub-signature-256': hub.replace(/.$/, 'x') })).toBe('wrong-signature');
  expect(why({ 'x-gitlab-token': SECRET })).toBe('no-delivery');
  expect(why({ 'x-gitlab-token': OLD, 'x-gitlab-event-uuid': 'a' })).toBe('wrong-signature');
});
