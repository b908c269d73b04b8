import { describeLocation } from '../../model/location.ts';
import type { Block, Cell, Span, Text } from '../document/block.ts';
import { documentOf } from '../document/document.ts';
import { findingFacts } from '../document/parts.ts';
import { againstText, capital, timeText } from '../document/words.ts';
import type { ReportHead } from '../model.ts';
import type { Rendering } from '../render/render-format.ts';

/** GitHub's Markdown; what comes from outside is text in it and nothing else. */
export async function* markdownReport(rendering: Rendering): AsyncGenerator<string> {
  const { snapshot, options, hash } = rendering;
  const { head } = snapshot;
  const { organisation, footer } = options.template.look;
  yield `# ${md(head.title)}\n\n`;
  const facts = [
    organisation,
    head.classification,
    head.project.name,
    timeText(head.asOf),
    head.scope,
  ].filter(Boolean) as string[];
  yield `${facts.map(md).join(' · ')}\n\n`;
  const against = againstText(head);
  if (against && options.template.base !== 'delta') yield `${md(against)}\n\n`;
  for await (const block of documentOf(rendering, 'paper')) yield* blockMarkdown(block, head);
  yield `---\n\n${footer ? `${md(footer)}\n\n` : ''}Report ${code(head.report)}, SHA-256 of its snapshot ${code(hash)}.\n`;
}

async function* blockMarkdown(block: Block, head: ReportHead): AsyncGenerator<string> {
  switch (block.kind) {
    case 'heading':
      yield `${'#'.repeat(block.level + 1)} ${md(block.text)}\n\n`;
      return;
    case 'paragraph':
      yield `${block.tone === 'warning' ? `**${textMd(block.text)}**` : textMd(block.text)}\n\n`;
      return;
    case 'quote':
      yield `> ${textMd(block.text)}\n\n`;
      return;
    case 'facts':
      yield `${block.rows.map(([name, value]) => `- ${md(name)}: ${md(value)}`).join('\n')}\n\n`;
      return;
    case 'list':
      yield `${block.items.map((item, index) => `${block.ordered ? `${index + 1}.` : '-'} ${textMd(item)}`).join('\n')}\n\n`;
      return;
    case 'code':
      yield fenced(block.text);
      return;
    case 'charts':
      for (const { title, table } of block.charts) {
        // A column for each week and severity is no table for reading.
        if (table.head.length > 3) continue;
        yield `${md(title)}:\n\n| ${table.head.map(md).join(' | ')} |\n|${table.head.map((_, index) => (index === 0 ? '---' : '---:')).join('|')}|\n`;
        for (const row of table.rows)
          yield `| ${row.map((cell) => (typeof cell === 'number' ? String(cell) : md(cell))).join(' | ')} |\n`;
        yield '\n';
      }
      return;
    case 'table':
      yield `${block.caption ? `${md(block.caption)}:\n\n` : ''}| ${block.columns.map(({ title }) => md(title)).join(' | ')} |\n|${block.columns.map(({ align }) => (align ? '---:' : '---')).join('|')}|\n`;
      for await (const row of block.rows) yield `| ${row.map(cellMd).join(' | ')} |\n`;
      yield '\n';
      return;
    case 'finding': {
      const { finding } = block;
      yield `#### ${capital(finding.severity)}: ${md(finding.title)}\n\n${code(describeLocation(finding.location))}\n\n`;
      if (finding.message && finding.message !== finding.title) yield `${md(finding.message)}\n\n`;
      yield `${findingFacts(finding, head)
        .map(([name, value]) => `- ${md(name)}: ${md(value)}`)
        .join('\n')}\n\n`;
      if (finding.excerpt) yield fenced(finding.excerpt.lines.join('\n'));
      return;
    }
    case 'explorer':
    case 'page-break':
  }
}

function cellMd(cell: Cell): string {
  if (typeof cell === 'string') return md(cell);
  if (typeof cell === 'number') return String(cell);
  if ('severity' in cell) return capital(cell.severity);
  return 'code' in cell ? code(cell.code) : md(cell.text);
}

function textMd(text: Text): string {
  return typeof text === 'string' ? md(text) : text.map(spanMd).join('');
}

function spanMd({ text, style, href }: Span): string {
  const inner =
    style === 'code'
      ? code(text)
      : style === 'strong'
        ? marked('**', text)
        : style === 'em'
          ? marked('*', text)
          : md(text);
  // Behind `<` and `>` an address may hold everything but those and line breaks.
  return href === undefined ? inner : `[${inner}](<${href.replace(/[<>\s]/g, encodeURIComponent)}>)`;
}

/** Spaces inside of the marks would make them letters. */
function marked(mark: string, text: string): string {
  const [, before = '', inner = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(text) ?? [];
  return inner === '' ? md(text) : `${before}${mark}${md(inner)}${mark}${after}`;
}

const ENTITIES: Record<string, string> = { '<': '&lt;', '>': '&gt;', '&': '&amp;' };

/** Text as text: no markup, no HTML, no mention of anybody, no link, one line. */
export function md(text: string): string {
  return (
    oneLine(text)
      .replace(/[\\`*_{}[\]()#+!|<>~&]/g, (character) => ENTITIES[character] ?? `\\${character}`)
      // At the beginning of a line these would begin a list, a rule or a heading.
      .replace(/^(\s*)([-=])/, '$1\\$2')
      .replace(/^(\s*\d+)\./, '$1\\.')
      // An invisible space: nobody is told, and nothing is fetched or followed.
      .replaceAll('@', '@\u200b')
      .replace(/(https?|ftp|www)(:\/\/|\.)/gi, '$1\u200b$2')
  );
}

/** More backticks around it than are in it. */
export function code(text: string): string {
  const line = oneLine(text).replaceAll('|', '\\|');
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length));
  const mark = '`'.repeat(longest + 1);
  const space = /^`|`$|^ .* $/.test(line) ? ' ' : '';
  return line === '' ? '' : `${mark}${space}${line}${space}${mark}`;
}

function fenced(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const mark = '`'.repeat(longest + 1);
  return `${mark}text\n${text}\n${mark}\n\n`;
}

function oneLine(text: string): string {
  if (!text.includes('\n')) return text;
  const lines = text.split('\n');
  return lines
    .map((line, index) =>
      index === 0 ? line.trimEnd() : index === lines.length - 1 ? line.trimStart() : line.trim(),
    )
    .filter((line, index) => line !== '' || index === 0)
    .join(' ');
}
