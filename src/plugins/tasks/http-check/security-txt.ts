import { type Hit, header, type Page } from './page.ts';
import type { RuleId } from './rules.ts';

export const SECURITY_TXT = '/.well-known/security.txt';
const FIELDS = [
  'acknowledgments',
  'canonical',
  'contact',
  'encryption',
  'expires',
  'hiring',
  'policy',
  'preferred-languages',
  'csaf',
];

/** `undefined` when there is none; RFC 9116. */
export function checkSecurityTxt(page: Page, now: number): Hit[] {
  const hit = (rule: RuleId, key: string, evidence?: string): Hit => ({
    rule,
    at: { kind: 'http', url: new URL(SECURITY_TXT, page.url).href },
    key: [key],
    ...(evidence ? { evidence } : {}),
  });
  const fields = fieldsOf(page.text);
  if (page.response.status !== 200 || page.html || !fields.some(([name]) => FIELDS.includes(name))) {
    return [hit('security-txt-missing', 'security.txt')];
  }
  const hits: Hit[] = [];
  const expires = fields.filter(([name]) => name === 'expires').map(([, value]) => value);
  const contacts = fields.filter(([name]) => name === 'contact').map(([, value]) => value);
  const invalid = (field: string, evidence: string) =>
    hits.push(hit('security-txt-invalid', field, evidence));
  if (contacts.length === 0) invalid('contact', 'Contact is missing (§2.5.3)');
  for (const contact of contacts) {
    if (!/^(https:\/\/|mailto:|tel:)\S/i.test(contact))
      invalid('contact', `Contact is not an https:, mailto: or tel: address: ${contact.slice(0, 100)}`);
  }
  const time = Date.parse(expires[0] ?? '');
  if (expires.length !== 1) invalid('expires', `Expires stands ${expires.length} times, not once (§2.5.5)`);
  else if (Number.isNaN(time) || !/^\d{4}-\d\d-\d\dT/i.test(expires[0] ?? ''))
    invalid('expires', 'Expires is not a date as in RFC 3339');
  else if (time <= now) hits.push(hit('security-txt-expired', 'expires', `Expires: ${expires[0]}`));
  if (fields.filter(([name]) => name === 'preferred-languages').length > 1)
    invalid('preferred-languages', 'Preferred-Languages stands more than once (§2.5.8)');
  const canonical = fields.filter(([name]) => name === 'canonical').map(([, value]) => value);
  if (canonical.length > 0 && !canonical.includes(page.url.href))
    invalid('canonical', `Canonical does not name ${page.url.href} (§2.5.2)`);
  const type = header(page.response, 'content-type') ?? '';
  if (!/^text\/plain\b/i.test(type))
    invalid('content-type', `Content-Type is '${type}', not text/plain (§3)`);
  if (page.url.protocol !== 'https:') invalid('scheme', 'It is served over plain HTTP (§3)');
  return hits;
}

function fieldsOf(text: string): [string, string][] {
  return text.split(/\r?\n/).flatMap((line): [string, string][] => {
    const colon = line.indexOf(':');
    if (colon < 1 || line.startsWith('#')) return [];
    return [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]];
  });
}
