import { atHeader, type Hit, headerValues, type Page } from './page.ts';
import type { RuleId } from './rules.ts';

interface Cookie {
  name: string;
  value: string;
  attributes: ReadonlyMap<string, string>;
}

const SESSION = /sess|sid\b|^sid|auth|token|jwt|login|csrf|xsrf|remember/i;

export function parseCookie(header: string): Cookie {
  const [pair = '', ...rest] = header.split(';');
  const equals = pair.indexOf('=');
  const attributes = new Map<string, string>();
  for (const part of rest) {
    const [key = '', ...value] = part.split('=');
    attributes.set(key.trim().toLowerCase(), value.join('=').trim());
  }
  const name = equals === -1 ? '' : pair.slice(0, equals).trim();
  return { name, value: pair.slice(equals + 1).trim(), attributes };
}

export function checkCookies(page: Page, now: number): Hit[] {
  return headerValues(page.response, 'set-cookie').flatMap((header) => {
    const cookie = parseCookie(header);
    // A cookie that is taken back protects nothing.
    return hasEnded(cookie, now) ? [] : faultsOf(cookie, page.url).map((rule) => hit(page, cookie, rule));
  });
}

/** RFC 6265 §5.3: Max-Age goes before Expires, and the last of several counts. */
function hasEnded({ attributes }: Cookie, now: number): boolean {
  const maxAge = attributes.get('max-age') ?? '';
  if (/^-?\d+$/.test(maxAge)) return Number(maxAge) <= 0;
  return Date.parse(attributes.get('expires') ?? '') <= now;
}

function faultsOf(cookie: Cookie, url: URL): RuleId[] {
  const { name, attributes } = cookie;
  const secure = attributes.has('secure');
  const faults: RuleId[] = [];
  if (url.protocol === 'https:' && !secure) faults.push('cookie-not-secure');
  if (url.protocol === 'http:' && SESSION.test(name)) faults.push('cookie-over-http');
  // Script has to read the token of a double-submit defence.
  if (!attributes.has('httponly') && !/csrf|xsrf/i.test(name)) faults.push('cookie-not-httponly');
  const sameSite = attributes.get('samesite')?.toLowerCase();
  if (!sameSite || !['lax', 'strict', 'none'].includes(sameSite)) faults.push('cookie-samesite-missing');
  if (sameSite === 'none' && !secure) faults.push('cookie-samesite-none-insecure');
  if (!keepsPrefix(cookie, url)) faults.push('cookie-prefix-broken');
  if ((attributes.get('domain') ?? '') !== '') faults.push('cookie-broad-domain');
  return faults;
}

/** RFC 6265bis §4.1.3; browsers compare the prefixes without regard to case. */
function keepsPrefix({ name, attributes }: Cookie, url: URL): boolean {
  const lower = name.toLowerCase();
  const prefix = /^__(secure|host-http|host|http)-/.exec(lower)?.[1];
  if (prefix === undefined) return true;
  const hostOnly = attributes.get('path') === '/' && !attributes.get('domain');
  return (
    attributes.has('secure') &&
    url.protocol === 'https:' &&
    (!prefix.startsWith('host') || hostOnly) &&
    (!prefix.endsWith('http') || attributes.has('httponly'))
  );
}

function hit(page: Page, cookie: Cookie, rule: RuleId): Hit {
  const attributes = [...cookie.attributes].map(([key, value]) => (value === '' ? key : `${key}=${value}`));
  const raised = rule === 'cookie-not-httponly' && SESSION.test(cookie.name);
  return {
    rule,
    at: atHeader(page, `cookie ${cookie.name}`),
    key: ['cookie', cookie.name],
    evidence: ['Set-Cookie: ', [`${cookie.name}=…`, ...attributes].join('; ')].join(''),
    ...(raised ? { severity: 'medium' as const } : {}),
    ...(cookie.value.length >= 6 ? { secrets: [cookie.value] } : {}),
  };
}
