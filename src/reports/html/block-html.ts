import { describeLocation } from '../../model/location.ts';
import { chartHtml, htmlText } from '../charts/draw-svg.ts';
import type { Block, Cell, Text } from '../document/block.ts';
import { findingFacts } from '../document/parts.ts';
import { capital } from '../document/words.ts';
import type { ReportHead } from '../model.ts';

/** One block as HTML; everything from outside is escaped. `explorer` is what stands where the list of findings is. */
export async function* blockHtml(
  block: Block,
  page: { head: ReportHead; explorer: string },
): AsyncGenerator<string> {
  switch (block.kind) {
    case 'heading': {
      const level = block.level + 1;
      const mark = block.severity ? `${severityChip(block.severity)} ` : '';
      // Chapters can be gone to from outside of the page.
      const anchor = block.anchor ?? (block.level === 1 ? chapterId(block.text) : undefined);
      yield `<h${level}${anchor ? ` id="${htmlText(anchor)}"` : ''}>${mark}${htmlText(block.text)}</h${level}>`;
      return;
    }
    case 'paragraph':
      yield `<p${block.tone ? ` class="${block.tone}"` : ''}>${textHtml(block.text)}</p>`;
      return;
    case 'quote':
      yield `<blockquote><p>${textHtml(block.text)}</p></blockquote>`;
      return;
    case 'facts':
      yield factsHtml(block.rows);
      return;
    case 'list': {
      const tag = block.ordered ? 'ol' : 'ul';
      yield `<${tag}>${block.items.map((item) => `<li>${textHtml(item)}</li>`).join('')}</${tag}>`;
      return;
    }
    case 'code':
      yield codeHtml(block);
      return;
    case 'charts':
      yield `<div class="charts">${block.charts.map((chart) => chartHtml(chart, { interactive: page.explorer !== '' })).join('')}</div>`;
      return;
    case 'table':
      yield `<div class="scroll"><table>${block.caption ? `<caption>${htmlText(block.caption)}</caption>` : ''}<thead><tr>${block.columns.map(({ title, align }) => `<th scope="col"${align ? ' class="n"' : ''}>${htmlText(title)}</th>`).join('')}</tr></thead><tbody>`;
      for await (const row of block.rows)
        yield `<tr>${row.map((cell, index) => `<td${block.columns[index]?.align ? ' class="n"' : ''}>${cellHtml(cell)}</td>`).join('')}</tr>`;
      yield '</tbody></table></div>';
      return;
    case 'finding': {
      const { finding } = block;
      const region = 'region' in finding.location ? finding.location.region : undefined;
      yield `<section class="finding"><h4>${severityChip(finding.severity)} ${htmlText(finding.title)}</h4><p class="mono">${htmlText(describeLocation(finding.location))}</p>`;
      if (finding.message && finding.message !== finding.title) yield `<p>${htmlText(finding.message)}</p>`;
      yield factsHtml(findingFacts(finding, page.head));
      if (finding.excerpt)
        yield codeHtml({
          text: finding.excerpt.lines.join('\n'),
          firstLine: finding.excerpt.firstLine,
          hit: region && [region.startLine, region.endLine ?? region.startLine],
        });
      yield '</section>';
      return;
    }
    case 'explorer':
      yield page.explorer;
      return;
    case 'page-break':
      yield '<div class="page-break"></div>';
  }
}

function cellHtml(cell: Cell): string {
  if (typeof cell === 'string') return htmlText(cell);
  if (typeof cell === 'number') return cell.toLocaleString('en-US');
  if ('severity' in cell) return severityChip(cell.severity);
  if ('code' in cell) return `<code>${htmlText(cell.code)}</code>`;
  const at = cell.link.indexOf(':');
  return `<button type="button" class="link" data-key="${htmlText(cell.link.slice(0, at))}" data-value="${htmlText(cell.link.slice(at + 1))}">${htmlText(cell.text)}</button>`;
}

export function severityChip(severity: string): string {
  return `<span class="chip s-${severity}">${htmlText(capital(severity))}</span>`;
}

function textHtml(text: Text): string {
  if (typeof text === 'string') return htmlText(text);
  return text
    .map(({ text: part, style, href }) => {
      const tag = style === 'strong' ? 'strong' : style === 'em' ? 'em' : style === 'code' ? 'code' : null;
      const inner = tag ? `<${tag}>${htmlText(part)}</${tag}>` : htmlText(part);
      return href === undefined
        ? inner
        : `<a href="${htmlText(href)}" target="_blank" rel="noreferrer">${inner}</a>`;
    })
    .join('');
}

function factsHtml(rows: readonly (readonly [string, string])[]): string {
  return `<dl class="facts">${rows.map(([name, value]) => `<div><dt>${htmlText(name)}</dt><dd>${htmlText(value)}</dd></div>`).join('')}</dl>`;
}

function codeHtml({
  text,
  firstLine,
  hit,
}: {
  text: string;
  firstLine?: number | undefined;
  hit?: readonly [number, number] | undefined;
}): string {
  if (firstLine === undefined) return `<pre tabindex="0">${htmlText(text)}</pre>`;
  const lines = text.split('\n').map((line, index) => {
    const number = firstLine + index;
    const on = hit && number >= hit[0] && number <= hit[1];
    return `<span class="l${on ? ' hit' : ''}"><i>${number}</i>${htmlText(line)}\n</span>`;
  });
  return `<pre class="code" tabindex="0">${lines.join('')}</pre>`;
}

function chapterId(text: string): string {
  return `chapter-${text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60)}`;
}
