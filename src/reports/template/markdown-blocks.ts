import type { Block, Span, Text } from '../document/block.ts';

/**
 * The part of Markdown that own templates are written in: headings, paragraphs, lists, tables, quotes, fenced code, bold, emphasis, code and
 * links. Everything else is text; HTML is text, too.
 */
export function markdownBlocks(source: string): Block[] {
  const lines = source.replaceAll('\r\n', '\n').split('\n');
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    if (line.trim() === '') {
      at += 1;
      continue;
    }
    const fence = /^(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== undefined) {
      const end = lines.findIndex((other, index) => index > at && other.trimEnd().startsWith(fence));
      const to = end < 0 ? lines.length : end;
      blocks.push({ kind: 'code', text: lines.slice(at + 1, to).join('\n') });
      at = to + 1;
      continue;
    }
    const heading = /^(#{1,6})\s+(.*?)\s*#*\s*$/.exec(line);
    if (heading) {
      const level = Math.min(3, heading[1]?.length ?? 1) as 1 | 2 | 3;
      blocks.push({ kind: 'heading', level, text: plainOf(spans(heading[2] ?? '')) });
      at += 1;
      continue;
    }
    if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) {
      at += 1;
      continue;
    }
    if (line.startsWith('|') && isDivider(lines[at + 1])) {
      const end = endOf(lines, at, (other) => other.startsWith('|'));
      blocks.push(table(lines.slice(at, end)));
      at = end;
      continue;
    }
    const item = itemOf(line);
    if (item) {
      const end = endOf(lines, at, (other) => itemOf(other)?.ordered === item.ordered);
      blocks.push({
        kind: 'list',
        ordered: item.ordered,
        items: lines.slice(at, end).map((one) => spans(itemOf(one)?.text ?? '')),
      });
      at = end;
      continue;
    }
    if (line.startsWith('>')) {
      const end = endOf(lines, at, (other) => other.startsWith('>'));
      blocks.push({
        kind: 'quote',
        text: spans(
          lines
            .slice(at, end)
            .map((one) => one.replace(/^>\s?/, ''))
            .join(' '),
        ),
      });
      at = end;
      continue;
    }
    const end = endOf(
      lines,
      at,
      (other) => other.trim() !== '' && !/^(#{1,6}\s|```|~~~|>|\|)/.test(other) && !itemOf(other),
    );
    const text = lines
      .slice(at, Math.max(end, at + 1))
      .map((one) => one.trim())
      .join(' ');
    // The mark of a tag is no text to be read.
    blocks.push({ kind: 'paragraph', text: text.startsWith('\u0001') ? text : spans(text) });
    at = Math.max(end, at + 1);
  }
  return blocks;
}

function endOf(lines: readonly string[], from: number, goesOn: (line: string) => boolean): number {
  let at = from;
  while (at < lines.length && goesOn(lines[at] ?? '')) at += 1;
  return at;
}

function itemOf(line: string): { ordered: boolean; text: string } | undefined {
  const match = /^\s{0,3}(?:([-*+])|(\d{1,9})[.)])\s+(.*)$/.exec(line);
  return match ? { ordered: match[2] !== undefined, text: match[3] ?? '' } : undefined;
}

function isDivider(line: string | undefined): boolean {
  return line !== undefined && /^\|(\s*:?-+:?\s*\|)+\s*$/.test(line.trim());
}

function table(lines: readonly string[]): Block {
  const [head = '', divider = '', ...rows] = lines;
  const ends = cells(divider).map((cell) => /-:\s*$/.test(cell));
  return {
    kind: 'table',
    caption: '',
    columns: cells(head).map((title, index) => ({
      title: plainOf(spans(title)),
      align: ends[index] ? ('end' as const) : undefined,
    })),
    rows: rows.map((row) => cells(row).map((cell) => plainOf(spans(cell)))),
  };
}

function cells(line: string): string[] {
  return line
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}

/** A mark counts only where it stands alone: `\*` is a star. */
function spans(text: string): Span[] {
  const list: Span[] = [];
  const add = (part: string, rest: Omit<Span, 'text'> = {}) => {
    const last = list.at(-1);
    if (Object.keys(rest).length === 0 && last && last.style === undefined && last.href === undefined)
      last.text += part;
    else if (part !== '') list.push({ text: part, ...rest });
  };
  const pattern =
    /\\([!-/:-@[-`{-~])|(`+)(.+?)\2(?!`)|\*\*(.+?)\*\*|\*([^*\s][^*]*?)\*|\[([^\]]*)\]\(<?([^)\s>]+)>?\)|&(lt|gt|amp);|([^\\`*[&]+|[\\`*[&])/gs;
  for (const [, escaped, , code, strong, em, label, href, entity, plain] of text.matchAll(pattern)) {
    if (escaped !== undefined) add(escaped);
    else if (code !== undefined) add(code.trim(), { style: 'code' });
    else if (strong !== undefined) add(plainOf(spans(strong)), { style: 'strong' });
    else if (em !== undefined) add(plainOf(spans(em)), { style: 'em' });
    else if (label !== undefined) add(plainOf(spans(label)), isWeb(href) ? { href } : {});
    else if (entity !== undefined) add({ lt: '<', gt: '>', amp: '&' }[entity] ?? '');
    else add(plain ?? '');
  }
  return list;
}

function isWeb(href: string | undefined): href is string {
  const { protocol } = URL.parse(href ?? '') ?? {};
  return protocol === 'https:' || protocol === 'http:';
}

function plainOf(text: Text): string {
  const joined = typeof text === 'string' ? text : text.map((span) => span.text).join('');
  // The spaces that keep a mention or an address from being one are not needed on our own pages.
  return joined.replaceAll('\u200b', '');
}
