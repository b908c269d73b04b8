export interface Element {
  name: string;
  attributes: ReadonlyMap<string, string>;
  /** Of a form: the fields up to its end. */
  inside: Element[];
}

const MAX_ELEMENTS = 50_000;
const RAW_TEXT = new Set(['script', 'style', 'textarea', 'title', 'noscript', 'xmp']);

/**
 * The elements of a page, in order. Reads every character once and keeps no tree but the fields of forms: enough to see what
 * a page loads and where its forms go, whatever bytes a hostile server sends.
 */
export function parseHtml(text: string): Element[] {
  const elements: Element[] = [];
  // Not toLowerCase: it changes the length of some texts, and with it every position.
  const lower = text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  let form: Element | undefined;
  let at = 0;
  while (elements.length < MAX_ELEMENTS) {
    const open = text.indexOf('<', at);
    if (open === -1) break;
    if (text.startsWith('<!--', open)) {
      const end = text.indexOf('-->', open + 4);
      if (end === -1) break;
      at = end + 3;
      continue;
    }
    if (lower.startsWith('</form', open)) form = undefined;
    if (!/[a-z]/.test(lower[open + 1] ?? '')) {
      at = open + 1;
      continue;
    }
    const tag = readTag(text, open + 1);
    at = tag.end;
    const element: Element = { name: tag.name, attributes: tag.attributes, inside: [] };
    elements.push(element);
    form?.inside.push(element);
    if (tag.name === 'form') form = element;
    if (RAW_TEXT.has(tag.name) && tag.name !== 'noscript') {
      const end = lower.indexOf(`</${tag.name}`, at);
      if (end === -1) break;
      at = end;
    }
  }
  return elements;
}

function readTag(
  text: string,
  start: number,
): { name: string; attributes: Map<string, string>; end: number } {
  let at = start;
  const until = (stop: RegExp) => {
    const from = at;
    while (at < text.length && !stop.test(text[at] ?? '')) at += 1;
    return text.slice(from, at);
  };
  const skipSpace = () => until(/\S/);
  const name = until(/[\s/>]/).toLowerCase();
  const attributes = new Map<string, string>();
  for (;;) {
    until(/[^\s/]/);
    if (at >= text.length || text[at] === '>') return { name, attributes, end: at + 1 };
    // A leading `=` belongs to the name, as in browsers; without this step such a page would never end.
    const first = text[at] ?? '';
    at += 1;
    const key = (first + until(/[\s/>=]/)).toLowerCase();
    skipSpace();
    let value = '';
    if (text[at] === '=') {
      at += 1;
      skipSpace();
      const quote = text[at];
      if (quote === '"' || quote === "'") {
        const end = text.indexOf(quote, at + 1);
        value = text.slice(at + 1, end === -1 ? text.length : end);
        at = end === -1 ? text.length : end + 1;
      } else value = until(/[\s>]/);
    }
    if (!attributes.has(key)) attributes.set(key, decodeEntities(value));
  }
}

function decodeEntities(value: string): string {
  return value.replace(/&(amp|#38|#x26|#47|#x2f|#58|#x3a|colon|sol);/gi, (entity) => {
    const name = entity.slice(1, -1).toLowerCase();
    if (['amp', '#38', '#x26'].includes(name)) return '&';
    return ['#58', '#x3a', 'colon'].includes(name) ? ':' : '/';
  });
}
