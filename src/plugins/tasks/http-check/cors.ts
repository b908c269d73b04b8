import { atHeader, type Hit, header, type Page } from './page.ts';
import type { RuleId } from './rules.ts';

/** A name that nobody can have registered (RFC 2606): no list of allowed origins holds it. */
const FOREIGN_HOST = 'cors-check.sentinelx.invalid';

/**
 * Origins that a page must not allow: any other, the one of sandboxed frames, and one that passes a careless comparison, as it
 * starts with the name of the site.
 */
export function foreignOrigins(site: URL): string[] {
  const name = site.hostname.replace(/^\[|\]$/g, '').replaceAll(':', '-');
  return [`https://${FOREIGN_HOST}`, 'null', `https://${name}.${FOREIGN_HOST}`];
}

/** `page` is the answer to a request with this Origin. */
export function checkCors(page: Page, origin: string): Hit[] {
  const allowed = header(page.response, 'access-control-allow-origin')?.trim();
  const credentials =
    header(page.response, 'access-control-allow-credentials')?.trim().toLowerCase() === 'true';
  const evidence = `Origin: ${origin} → Access-Control-Allow-Origin: ${allowed}${credentials ? ', with credentials' : ''}`;
  const hit = (rule: RuleId, severity?: 'high'): Hit => ({
    rule,
    at: atHeader(page, 'Access-Control-Allow-Origin'),
    key: ['access-control-allow-origin'],
    evidence,
    ...(severity ? { severity } : {}),
  });
  if (allowed === '*' && credentials) return [hit('cors-wildcard-credentials')];
  if (allowed !== origin) return [];
  return [
    hit(origin === 'null' ? 'cors-null-origin' : 'cors-reflects-origin', credentials ? 'high' : undefined),
  ];
}
