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

export function checkCsp(page: Page): Hit[] {
  if (!page.html) return [];
  const values = headerValues(page.response, 'content-security-policy');
  const meta = page.elements.filter(
    ({ name, attributes }) =>
      name === 'meta' && attributes.get('http-equiv')?.toLowerCase() === 'content-security-policy',
  );
  const policies = parsePolicies([
    ...values,
    ...meta.map(({ attributes }) => attributes.get('content') ?? ''),
  ]);
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

function weaknessesOf(policy: Policy, secure: boolean): Map<RuleId, string> {
  const found = new Map<RuleId, string>();
  const name = policy.has('script-src') ? 'script-src' : 'default-src';
  const script = policy.get(name);
  if (script) {
    const sources = script.map((source) => source.toLowerCase());
    const trusted = sources.some((source) => /^'(nonce-|sha(256|384|512)-)/.test(source));
    const dynamic = sources.includes("'strict-dynamic'");
    const shown = `${name} ${script.join(' ')}`;
    if (sources.includes("'unsafe-inline'") && !trusted && !dynamic) found.set('csp-unsafe-inline', shown);
    if (sources.includes("'unsafe-eval'")) found.set('csp-unsafe-eval', shown);
    if (!dynamic && sources.some((source) => /^(\*|https?:|data:|https?:\/\/\*)$/.test(source)))
      found.set('csp-wildcard', shown);
  } else found.set('csp-no-script-src', 'script-src is missing');
  if (!policy.has('object-src') && !policy.has('default-src'))
    found.set('csp-no-object-src', 'object-src is missing');
  if (!policy.has('base-uri')) found.set('csp-no-base-uri', 'base-uri is missing');
  if (secure && !policy.has('upgrade-insecure-requests')) {
    for (const [directive, sources] of policy) {
      if (directive === 'report-uri') continue;
      const plain = sources.find((source) => /^http:\/\//i.test(source));
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
