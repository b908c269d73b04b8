import { type Chart, type Shape, TEXT_SIZE } from './chart.ts';

/**
 * The chart as a figure: SVG whose bars the keyboard reaches when they filter, its legend, and the same as a table. Colours come from
 * classes, so that light, dark and print each have theirs.
 */
export function chartHtml(chart: Chart, options: { interactive: boolean }): string {
  const { id, title } = chart;
  return `<figure class="chart" data-chart="${id}"><figcaption>${htmlText(title)}</figcaption>${svgOf(chart, options)}${legendOf(chart)}<details class="twin"><summary>As a table</summary>${tableOf(chart)}</details></figure>`;
}

export function svgOf(chart: Chart, { interactive }: { interactive: boolean }): string {
  const { id, title, description, width, height, shapes } = chart;
  const name = `chart-${id}`;
  const acts = interactive && shapes.some((shape) => shape.kind === 'bar' && shape.filter);
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="${acts ? 'group' : 'img'}" aria-labelledby="${name}-t ${name}-d"><title id="${name}-t">${htmlText(title)}</title><desc id="${name}-d">${htmlText(description)}</desc>${shapes.map((shape) => shapeSvg(shape, interactive)).join('')}</svg>`;
}

function shapeSvg(shape: Shape, interactive: boolean): string {
  switch (shape.kind) {
    case 'line':
      return `<line class="grid" x1="${round(shape.x1)}" y1="${round(shape.y1)}" x2="${round(shape.x2)}" y2="${round(shape.y2)}"/>`;
    case 'text':
      return `<text${shape.strong ? ' class="strong"' : ''} x="${round(shape.x)}" y="${round(shape.y)}" dy="0.35em" font-size="${TEXT_SIZE}" text-anchor="${shape.anchor}" aria-hidden="true">${htmlText(shape.text)}</text>`;
    case 'bar': {
      const acts =
        interactive && shape.filter
          ? ` tabindex="0" role="button" aria-label="${htmlText(shape.label)}" data-key="${htmlText(shape.filter.key)}" data-value="${htmlText(shape.filter.value)}"`
          : '';
      return `<rect class="f-${shape.fill}${acts ? ' acts' : ''}" x="${round(shape.x)}" y="${round(shape.y)}" width="${round(shape.width)}" height="${round(shape.height)}" rx="1.5"${acts}><title>${htmlText(shape.label)}</title></rect>`;
    }
  }
}

function legendOf({ legend }: Chart): string {
  if (legend.length === 0) return '';
  return `<ul class="legend">${legend.map(({ fill, label }) => `<li><i class="b-${fill}"></i>${htmlText(label)}</li>`).join('')}</ul>`;
}

export function tableOf({ title, table }: Chart): string {
  const head = table.head.map((cell) => `<th scope="col">${htmlText(cell)}</th>`).join('');
  const rows = table.rows
    .map(
      ([first = '', ...rest]) =>
        `<tr><th scope="row">${htmlText(String(first))}</th>${rest.map((cell) => `<td class="n">${htmlText(String(cell))}</td>`).join('')}</tr>`,
    )
    .join('');
  return `<table><caption>${htmlText(title)}</caption><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table>`;
}

/** Into elements and into attributes with double quotes. */
export function htmlText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
