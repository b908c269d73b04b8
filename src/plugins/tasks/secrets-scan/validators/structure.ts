import type { Match, Verdict } from '../rule.ts';

/** Upper and lower case letters and a digit: a random text of some length has them, a name rarely. */
export function mixed({ value }: Pick<Match, 'value'>): Verdict {
  return /\d/.test(value) && /[a-z]/.test(value) && /[A-Z]/.test(value) ? {} : false;
}

/** Letters and digits. */
export function hasDigits({ value }: Pick<Match, 'value'>): Verdict {
  return /\d/.test(value) && /[A-Za-z]/.test(value) ? {} : false;
}

/** The first part of a Discord bot token is the bot's id in base 64: a number of 17 to 20 digits. */
export function discordToken({ value }: Match): Verdict {
  const id = Buffer.from(value.split('.')[0] ?? '', 'base64').toString('latin1');
  return /^\d{17,20}$/.test(id) ? { confidence: 'high', note: `of bot ${id}` } : false;
}

/** Sentry organisation tokens hold, in base 64, the address and the name of the organisation. */
export function sentryOrgToken({ value }: Match): Verdict {
  const payload = jsonOf(value.slice(7).split('_')[0] ?? '');
  if (!payload) return { confidence: 'low' };
  return { confidence: 'high', note: `of organisation ${shown(payload.org)}` };
}

/** Grafana Cloud access policy tokens are base 64 of `{"o":"<org>","n":"<name>","k":"<key>",…}`. */
export function grafanaCloudToken({ value }: Match): Verdict {
  const payload = jsonOf(value.slice(4));
  return payload && 'k' in payload
    ? { confidence: 'high', note: `of organisation ${shown(payload.o)}` }
    : false;
}

/** Old Grafana API keys are base 64 of `{"k":…,"n":…,"id":…}`. */
export function grafanaApiKey({ value }: Match): Verdict {
  const payload = jsonOf(value);
  return payload && 'k' in payload && 'n' in payload
    ? { confidence: 'high', note: `named ${shown(payload.n)}` }
    : false;
}

/** Test keys work in a sandbox only. */
export function liveOrTest({ value }: Match): Verdict {
  return /_test_|^test_|_sandbox_|-TEST|SANDBOX/.test(value)
    ? { confidence: 'high', severity: 'low', note: 'for the test mode' }
    : { confidence: 'high' };
}

/** Keys that Stripe shows in its documentation. */
const STRIPE_SAMPLES = ['4eC39HqLyjWDarjtT1zdp7dc', 'BQokikJOvBiI2HlWgH4olfQ2', '26PHem9AhJZvU623DfE1x4sd'];

/** Keys since 2021 name the account (`51…`) and have about 100 characters; older ones have 24 behind the prefix. */
export function stripeKey(match: Match): Verdict {
  const body = match.value.slice(8);
  if (STRIPE_SAMPLES.includes(body) || !mixed(match)) return false;
  return body.length === 24 || body.length >= 90 || body.startsWith('51')
    ? liveOrTest(match)
    : { confidence: 'medium' };
}

/** Two more digits, before any text is made: `1/` and `2/` stand everywhere. */
export function digitFollows(bytes: Uint8Array, after: number): boolean {
  return isDigit(bytes[after]) && isDigit(bytes[after + 8]);
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function jsonOf(base64: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function shown(value: unknown): string {
  return String(value)
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 60);
}
