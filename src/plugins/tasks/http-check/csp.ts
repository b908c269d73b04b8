import { atHeader, type Hit, headerValues, type Page, shorten } from './page.ts';
import type { RuleId } from './rules.ts';

export type Policy = ReadonlyMap<string, readonly string[]>;

/** Policies as a browser reads them: commas separate policies, the first of two equal directives counts. */
export function parsePolicies(values: readonly string[]): Policy[] {
  return values
    .flatMap((value) => value.split(','))
    .map((text) => {
      const policy = new Map<string, string[]>();
      for (const part of text.split(';')) {
        const [name = '', ...sources] = part.trim().split(/\s+/);
        const key = name.toLowerCase();
        if (key !== '' && !policy.has(key)) policy.set(key, sources);
      }
      return policy;
    })
    .filter((policy) => policy.size > 0);
}

/** Those of the headers and those that the page itself states. */
export function policiesOf(page: Page): Policy[] {
  const meta = page.elements.filter(
    ({ name, attributes }) =>
      name === 'meta' && attributes.get('http-equiv')?.toLowerCase() === 'content-security-policy',
  );
  return parsePolicies([
    ...headerValues(page.response, 'content-security-policy'),
    ...meta.map(({ attributes }) => attributes.get('content') ?? ''),
  ]);
}

export function checkCsp(page: Page): Hit[] {
  if (!page.html) return [];
  const policies = policiesOf(page);
  if (policies.length === 0) {
    const reporting = headerValues(page.response, 'content-security-policy-report-only');
    return [hit(page, reporting.length > 0 ? 'csp-report-only' : 'csp-missing', '', reporting[0])];
  }
  // All policies must allow: a weakness counts when every one of them has it.
  const weaknesses = policies.map((policy) => weaknessesOf(policy, page.url.protocol === 'https:'));
  const common = [...(weaknesses[0] ?? new Map<RuleId, string>())].filter(([rule]) =>
    weaknesses.every((one) => one.has(rule)),
  );
  return common.map(([rule, evidence]) => hit(page, rule, evidence.split(' ')[0] ?? '', evidence));
}

/** A whole scheme, or every host of one. */
const ANYWHERE = /^(\*|https?:|data:|blob:|filesystem:|(https?:\/\/)?\*(:\*|:\d+)?)$/;

/** The first of the directives that the policy has (CSP 3 §6.8.3), in lower case; undefined when none restricts. */
function inForce(policy: Policy, names: readonly string[]) {
  const name = names.find((one) => policy.has(one));
  if (name === undefined) return undefined;
  const list = policy.get(name) ?? [];
  const sources = list.map((source) => source.toLowerCase());
  const dynamic = sources.includes("'strict-dynamic'");
  // A nonce or hash switches 'unsafe-inline' off; so does 'strict-dynamic'.
  const trusted = dynamic || sources.some((source) => /^'(nonce-|sha(256|384|512)-)/.test(source));
  return { sources, dynamic, trusted, shown: `${name} ${list.join(' ')}` };
}

function weaknessesOf(policy: Policy, secure: boolean): Map<RuleId, string> {
  const found = new Map<RuleId, string>();
  const script = inForce(policy, ['script-src', 'default-src']);
  const elements = inForce(policy, ['script-src-elem', 'script-src', 'default-src']);
  const attributes = inForce(policy, ['script-src-attr', 'script-src', 'default-src']);
  if (!elements || !attributes) found.set('csp-no-script-src', 'script-src is missing');
  for (const list of [elements, attributes]) {
    if (list?.sources.includes("'unsafe-inline'") && !list.trusted)
      found.set('csp-unsafe-inline', list.shown);
  }
  if (script?.sources.includes("'unsafe-eval'")) found.set('csp-unsafe-eval', script.shown);
  if (elements && !elements.dynamic && elements.sources.some((source) => ANYWHERE.test(source)))
    found.set('csp-wildcard', elements.shown);
  if (!policy.has('object-src') && !policy.has('default-src'))
    found.set('csp-no-object-src', 'object-src is missing');
  if (!policy.has('base-uri')) found.set('csp-no-base-uri', 'base-uri is missing');
  if (secure && !policy.has('upgrade-insecure-requests')) {
    for (const [directive, sources] of policy) {
      if (directive === 'report-uri') continue;
      const plain = sources.find((source) => /^http:(\/\/|$)/i.test(source));
      if (plain) found.set('csp-http-source', `${directive} ${plain}`);
    }
  }
  return found;
}

function hit(page: Page, rule: RuleId, directive: string, evidence?: string): Hit {
  const at = atHeader(page, 'Content-Security-Policy');
  return {
    rule,
    at,
    key: ['content-security-policy', directive],
    ...(evidence ? { evidence: shorten(evidence) } : {}),
  };
}
