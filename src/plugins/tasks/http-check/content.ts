import { policiesOf } from './csp.ts';
import type { Element } from './html.ts';
import { type Hit, type Page, shorten } from './page.ts';
import type { RuleId } from './rules.ts';

const ACTIVE: Record<string, string> = {
  script: 'src',
  iframe: 'src',
  frame: 'src',
  object: 'data',
  embed: 'src',
};
const PASSIVE = new Set(['img', 'audio', 'video', 'source']);
/** With `upgrade-insecure-requests` browsers ask for these over HTTPS, whatever the page says. */
const UPGRADED: ReadonlySet<RuleId> = new Set(['mixed-active', 'mixed-passive', 'form-over-http']);
const MAX_PER_RULE = 20;

export function checkContent(page: Page): Hit[] {
  if (!page.html) return [];
  const base = baseOf(page);
  const upgraded = policiesOf(page).some((policy) => policy.has('upgrade-insecure-requests'));
  const hits = [
    ...page.elements.flatMap((element) => checkElement(page, element, base)),
    ...page.elements.filter(({ name }) => name === 'form').flatMap((form) => checkForm(page, form, base)),
  ];
  const password = page.elements.some(isPassword);
  if (password && page.url.protocol === 'http:')
    hits.push(hit(page, 'password-over-http', 'input type=password'));
  if (listsFolder(page)) hits.push(hit(page, 'directory-listing', page.url.pathname));
  return capped(upgraded ? hits.filter(({ rule }) => !UPGRADED.has(rule)) : hits);
}

/** The title of a listing names the folder that was asked for; a page about listings names another, or says more. */
function listsFolder(page: Page): boolean {
  const title = /<title>([^<]{1,2000})<\/title>/i.exec(page.text)?.[1]?.trim() ?? '';
  const folder =
    /^(?:index of|directory listing for|listing directory|directory:)\s+(\/.*)$/i.exec(title)?.[1] ??
    /^directory listing for \[(\/.*)\]$/i.exec(title)?.[1] ??
    (/\[To Parent Directory\]/.test(page.text) ? / - (\/.*)$/.exec(title)?.[1] : undefined);
  const plain = (path: string) => path.trim().replace(/\/$/, '');
  return folder !== undefined && plain(decoded(page.url.pathname)).endsWith(plain(folder));
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function checkElement(page: Page, element: Element, base: URL): Hit[] {
  const stylesheet =
    element.name === 'link' &&
    /(^|\s)(stylesheet|modulepreload)(\s|$)/i.test(element.attributes.get('rel') ?? '');
  const active = stylesheet ? 'href' : ACTIVE[element.name];
  const url = resolved(element.attributes.get(active ?? (element.name === 'a' ? 'href' : 'src')), base);
  if (!url) return [];
  const hits: Hit[] = [];
  const shown = `<${element.name}> ${url.origin}${url.pathname}`;
  if (page.url.protocol === 'https:' && url.protocol === 'http:') {
    if (active) hits.push(hit(page, 'mixed-active', shown));
    else if (PASSIVE.has(element.name)) hits.push(hit(page, 'mixed-passive', shown));
  }
  const foreign = /^https?:$/.test(url.protocol) && url.origin !== page.url.origin;
  if (foreign && (element.name === 'script' || stylesheet) && !element.attributes.get('integrity'))
    hits.push(hit(page, 'sri-missing', shown));
  if (element.name === 'a' && /[;?&](jsessionid|phpsessid|aspsessionid\w*|sessionid)=/i.test(url.href)) {
    hits.push(hit(page, 'session-in-url', `link to ${url.pathname.replace(/;.*/s, '')}`));
  }
  return hits;
}

function checkForm(page: Page, form: Element, base: URL): Hit[] {
  const action = resolved(form.attributes.get('action'), base) ?? page.url;
  const shown = `<form> ${action.origin}${action.pathname}`;
  const hits: Hit[] = [];
  if (page.url.protocol === 'https:' && action.protocol === 'http:')
    hits.push(hit(page, 'form-over-http', shown));
  const method = form.attributes.get('method')?.toLowerCase() ?? 'get';
  if (method !== 'post' && method !== 'dialog' && form.inside.some(isPassword))
    hits.push(hit(page, 'password-in-query', shown));
  return hits;
}

function isPassword(element: Element): boolean {
  return element.name === 'input' && element.attributes.get('type')?.toLowerCase() === 'password';
}

function baseOf(page: Page): URL {
  const base = page.elements.find(({ name, attributes }) => name === 'base' && attributes.has('href'));
  return resolved(base?.attributes.get('href'), page.url) ?? page.url;
}

function resolved(address: string | undefined, base: URL): URL | undefined {
  return address !== undefined && URL.canParse(address, base) ? new URL(address, base) : undefined;
}

/** A page with a thousand foreign scripts is one problem, not a thousand. The same one twice is one finding. */
function capped(hits: readonly Hit[]): Hit[] {
  const counts = new Map<RuleId, Set<string>>();
  return hits.filter((one) => {
    const seen = counts.get(one.rule) ?? new Set();
    counts.set(one.rule, seen);
    const key = one.key.join('\n');
    if (seen.has(key) || seen.size >= MAX_PER_RULE) return false;
    seen.add(key);
    return true;
  });
}

function hit(page: Page, rule: RuleId, what: string): Hit {
  return { rule, at: { kind: 'http', url: page.url.href }, key: [what], evidence: shorten(what) };
}
