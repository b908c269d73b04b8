import { isIP } from 'node:net';
import { parsePolicies } from './csp.ts';
import { atHeader, type Hit, header, headerValues, type Page, shorten } from './page.ts';
import type { RuleId } from './rules.ts';

const HALF_A_YEAR = 15_768_000;
const TECHNOLOGY = ['x-powered-by', 'x-aspnet-version', 'x-aspnetmvc-version', 'x-generator', 'x-runtime'];
const LEAKY_REFERRER = new Set(['unsafe-url', 'no-referrer-when-downgrade']);
const REFERRER = new Set([
  'no-referrer',
  'origin',
  'same-origin',
  'strict-origin',
  'origin-when-cross-origin',
  'strict-origin-when-cross-origin',
  ...LEAKY_REFERRER,
]);

export function checkHeaders(page: Page): Hit[] {
  return [
    ...checkHsts(page),
    ...checkFraming(page),
    ...checkReferrer(page),
    ...checkPermissions(page),
    ...checkIsolation(page),
    ...checkDisclosure(page),
    ...checkTypes(page),
  ];
}

function checkHsts(page: Page): Hit[] {
  // RFC 6797 §8.1.1: a browser keeps no such promise of an address without a name.
  const named = isIP(page.url.hostname.replace(/^\[|\]$/g, '')) === 0;
  if (page.url.protocol !== 'https:' || !named) return [];
  const name = 'Strict-Transport-Security';
  const values = headerValues(page.response, 'strict-transport-security');
  const first = values[0];
  if (first === undefined) return [hit(page, 'hsts-missing', name)];
  // RFC 6797 §8.1: only the first header counts.
  const directives = first
    .split(';')
    .map((part) => part.trim().toLowerCase())
    .filter(Boolean);
  const names = directives.map((part) => part.split('=')[0]?.trim() ?? '');
  const age = directives
    .map((part) => /^max-age\s*=\s*"?(\d+)"?$/.exec(part)?.[1])
    .find((value) => value !== undefined);
  if (age === undefined || new Set(names).size !== names.length)
    return [hit(page, 'hsts-invalid', name, first)];
  const hits: Hit[] = [];
  if (Number(age) < HALF_A_YEAR) hits.push(hit(page, 'hsts-short', name, first));
  if (!names.includes('includesubdomains')) hits.push(hit(page, 'hsts-no-subdomains', name, first));
  return hits;
}

function checkFraming(page: Page): Hit[] {
  if (!page.html) return [];
  const name = 'X-Frame-Options';
  const policies = parsePolicies(headerValues(page.response, 'content-security-policy'));
  const ancestors = policies.flatMap((policy) => policy.get('frame-ancestors') ?? []);
  if (policies.some((policy) => policy.has('frame-ancestors'))) {
    // X-Frame-Options is ignored beside frame-ancestors, also beside one that allows everybody.
    const anybody = policies.every((policy) => {
      const sources = policy.get('frame-ancestors');
      return !sources || sources.some((source) => /^(\*|https?:|https?:\/\/\*)$/i.test(source));
    });
    return anybody ? [hit(page, 'framing-allowed', name, `frame-ancestors ${ancestors.join(' ')}`)] : [];
  }
  const values = (header(page.response, 'x-frame-options') ?? '')
    .split(',')
    .map((value) => value.trim().toLowerCase());
  const distinct = [...new Set(values.filter(Boolean))];
  if (distinct.length === 0) return [hit(page, 'framing-allowed', name)];
  const valid = distinct.length === 1 && ['deny', 'sameorigin'].includes(distinct[0] ?? '');
  if (!valid) return [hit(page, 'framing-invalid', name, distinct.join(', '))];
  return policies.length > 0 ? [hit(page, 'csp-no-frame-ancestors', 'Content-Security-Policy')] : [];
}

function checkReferrer(page: Page): Hit[] {
  if (!page.html) return [];
  const value = header(page.response, 'referrer-policy') ?? metaReferrer(page);
  const tokens = (value ?? '').split(',').map((token) => token.trim().toLowerCase());
  // The last token that a browser knows is in force.
  const policy = tokens.filter((token) => REFERRER.has(token)).at(-1);
  if (policy === undefined) return [hit(page, 'referrer-policy-missing', 'Referrer-Policy', value)];
  return LEAKY_REFERRER.has(policy) ? [hit(page, 'referrer-policy-unsafe', 'Referrer-Policy', value)] : [];
}

function metaReferrer(page: Page): string | undefined {
  const meta = page.elements.findLast(
    ({ name, attributes }) => name === 'meta' && attributes.get('name')?.toLowerCase() === 'referrer',
  );
  return meta?.attributes.get('content');
}

function checkPermissions(page: Page): Hit[] {
  if (!page.html) return [];
  const name = 'Permissions-Policy';
  const value = header(page.response, 'permissions-policy');
  if (value === undefined) return [hit(page, 'permissions-policy-missing', name)];
  // A dictionary of structured fields (RFC 9651): one wrong member and browsers ignore all of it.
  const valid = value
    .split(',')
    .every((member) => /^[a-z*][a-z0-9_.*-]*=(\*|\([^()]*\)|self|"[^"]*")\s*(;.*)?$/.test(member.trim()));
  return valid ? [] : [hit(page, 'permissions-policy-invalid', name, value)];
}

/** What browsers know of each of the three headers that part a page from other sites. */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': [
    'same-origin',
    'same-origin-allow-popups',
    'noopener-allow-popups',
    'unsafe-none',
  ],
  'Cross-Origin-Resource-Policy': ['same-origin', 'same-site', 'cross-origin'],
  'Cross-Origin-Embedder-Policy': ['require-corp', 'credentialless', 'unsafe-none'],
};

function checkIsolation(page: Page): Hit[] {
  // Browsers look at opener and embedder policies of secure pages only.
  if (!page.html || page.url.protocol !== 'https:') return [];
  const hits: Hit[] = [];
  const tokenOf = (name: string, known: readonly string[]) => {
    const value = header(page.response, name.toLowerCase());
    const token = value?.split(';')[0]?.trim();
    if (value === undefined || known.includes(token ?? '')) return token;
    hits.push(hit(page, 'cross-origin-policy-invalid', name, value));
    return value;
  };
  const [opener, resource] = Object.entries(ISOLATION).map(([name, known]) => tokenOf(name, known));
  if (opener === undefined || opener === 'unsafe-none')
    hits.push(hit(page, 'coop-missing', 'Cross-Origin-Opener-Policy', opener));
  if (resource === undefined) hits.push(hit(page, 'corp-missing', 'Cross-Origin-Resource-Policy'));
  return hits;
}

function checkDisclosure(page: Page): Hit[] {
  const hits: Hit[] = [];
  const server = header(page.response, 'server');
  if (server !== undefined && /\/\d|\d\.\d/.test(server))
    hits.push(hit(page, 'server-version', 'Server', server));
  for (const name of TECHNOLOGY) {
    const value = header(page.response, name);
    // X-Runtime is a duration in some frameworks, which says nothing.
    if (value && !(name === 'x-runtime' && /^[\d.]+$/.test(value)))
      hits.push(hit(page, 'technology-disclosed', name, value));
  }
  const filter = header(page.response, 'x-xss-protection');
  if (filter?.trim().startsWith('1')) hits.push(hit(page, 'xss-auditor', 'X-XSS-Protection', filter));
  return hits;
}

function checkTypes(page: Page): Hit[] {
  const hits: Hit[] = [];
  const type = header(page.response, 'content-type');
  const sniff = header(page.response, 'x-content-type-options');
  if (sniff?.split(',')[0]?.trim().toLowerCase() !== 'nosniff')
    hits.push(hit(page, 'nosniff-missing', 'X-Content-Type-Options', sniff));
  if (page.response.body.length === 0) return hits;
  if (type === undefined) hits.push(hit(page, 'content-type-missing', 'Content-Type'));
  else if (page.html && !/charset\s*=/i.test(type) && !hasMetaCharset(page))
    hits.push(hit(page, 'charset-missing', 'Content-Type', type));
  return hits;
}

function hasMetaCharset(page: Page): boolean {
  return page.elements.some(
    ({ name, attributes }) =>
      name === 'meta' && (attributes.has('charset') || /charset\s*=/i.test(attributes.get('content') ?? '')),
  );
}

function hit(page: Page, rule: RuleId, name: string, value?: string): Hit {
  const evidence = value === undefined ? undefined : shorten(`${name}: ${value}`);
  return { rule, at: atHeader(page, name), key: [name.toLowerCase()], ...(evidence ? { evidence } : {}) };
}
