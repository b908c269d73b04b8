import { parsePolicies } from './csp.ts';
import { atHeader, type Hit, header, headerValues, type Page, shorten } from './page.ts';
import type { RuleId } from './rules.ts';

const HALF_A_YEAR = 15_768_000;
const TECHNOLOGY = ['x-powered-by', 'x-aspnet-version', 'x-aspnetmvc-version', 'x-generator', 'x-runtime'];
const LEAKY_REFERRER = new Set(['unsafe-url', 'no-referrer-when-downgrade', 'origin-when-cross-origin']);
const REFERRER = new Set([
  'no-referrer',
  'origin',
  'same-origin',
  'strict-origin',
  'strict-origin-when-cross-origin',
  ...LEAKY_REFERRER,
]);

export function checkHeaders(page: Page): Hit[] {
  return [
    ...checkHsts(page),
    ...checkFraming(page),
    ...checkReferrer(page),
    ...checkDisclosure(page),
    ...checkTypes(page),
  ];
}

function checkHsts(page: Page): Hit[] {
  if (page.url.protocol !== 'https:') return [];
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
  if (policies.some((policy) => policy.has('frame-ancestors'))) return [];
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
  const hits: Hit[] = [];
  const value = header(page.response, 'referrer-policy');
  const tokens = (value ?? '').split(',').map((token) => token.trim().toLowerCase());
  // The last token that a browser knows is in force.
  const policy = tokens.filter((token) => REFERRER.has(token)).at(-1);
  if (policy === undefined) hits.push(hit(page, 'referrer-policy-missing', 'Referrer-Policy', value));
  else if (LEAKY_REFERRER.has(policy) && policy !== 'origin-when-cross-origin') {
    hits.push(hit(page, 'referrer-policy-unsafe', 'Referrer-Policy', value));
  }
  if (header(page.response, 'permissions-policy') === undefined)
    hits.push(hit(page, 'permissions-policy-missing', 'Permissions-Policy'));
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
