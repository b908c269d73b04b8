import type { Chart } from '../charts/chart.ts';
import { CHART_WIDTH, TEXT_SIZE } from '../charts/chart.ts';
import { FILLS, INK } from './palette.ts';
import { CONTENT, type Element, PAGE, type Sheet } from './sheet.ts';

const GAP = 18;

/** Charts two beside each other, the same shapes as on the page; each is a figure with its numbers as the text for who does not see it. */
export function drawCharts(sheet: Sheet, parent: Element, charts: readonly Chart[]): void {
  const width = (CONTENT - GAP) / 2;
  for (let at = 0; at < charts.length; at += 2) {
    const pair = charts.slice(at, at + 2);
    const height = Math.max(...pair.map((chart) => heightOf(sheet, chart, width)));
    sheet.ensure(height);
    const top = sheet.y;
    pair.forEach((chart, index) => {
      drawChart(sheet, parent, chart, { x: PAGE.left + index * (width + GAP), y: top, width });
    });
    sheet.y = top + height + 8;
  }
}

function heightOf(sheet: Sheet, chart: Chart, width: number): number {
  return 22 + (chart.height * width) / CHART_WIDTH + legendRows(sheet, chart, width).length * 13 + 8;
}

function drawChart(
  sheet: Sheet,
  parent: Element,
  chart: Chart,
  box: { x: number; y: number; width: number },
): void {
  const { doc } = sheet;
  const scale = box.width / CHART_WIDTH;
  const top = box.y + 22;
  const rows = legendRows(sheet, chart, box.width);
  const bottom = top + chart.height * scale + rows.length * 13;
  const figure = sheet.element('Figure', parent, {
    title: chart.title,
    alt: `${chart.title}. ${chart.description}.`,
    bbox: [box.x, box.y, box.x + box.width, bottom],
  });
  sheet.inside(figure, 'Figure', () => {
    sheet.line(sheet.fonts.drawable(chart.title, 'bold'), box.y, { x: box.x, style: 'bold', size: 10 });
    for (const shape of chart.shapes) {
      if (shape.kind === 'line')
        doc
          .lineWidth(0.5)
          .strokeColor(INK.border)
          .moveTo(box.x + shape.x1 * scale, top + shape.y1 * scale)
          .lineTo(box.x + shape.x2 * scale, top + shape.y2 * scale)
          .stroke();
      else if (shape.kind === 'bar') {
        if (shape.width > 0 && shape.height > 0)
          doc
            .rect(box.x + shape.x * scale, top + shape.y * scale, shape.width * scale, shape.height * scale)
            .fill(FILLS[shape.fill]);
      } else {
        // Smaller than this nobody reads it on paper.
        const size = Math.max(6.5, TEXT_SIZE * scale);
        const style = shape.strong ? 'bold' : 'sans';
        const text = sheet.fonts.drawable(shape.text, style);
        const wide = sheet.fonts.width(text, style, size);
        const x =
          box.x +
          shape.x * scale -
          (shape.anchor === 'end' ? wide : shape.anchor === 'middle' ? wide / 2 : 0);
        sheet.line(text, top + shape.y * scale - size * 0.66, {
          x,
          style,
          size,
          color: shape.strong ? INK.text : INK.text2,
        });
      }
    }
    rows.forEach((row, index) => {
      const y = top + chart.height * scale + 4 + index * 13;
      for (const { x, fill, label } of row) {
        doc.rect(box.x + x, y + 1.5, 6, 6).fill(FILLS[fill]);
        sheet.line(label, y - 1, { x: box.x + x + 9, size: 7.5, color: INK.text2 });
      }
    });
  });
  figure.end();
}

function legendRows(sheet: Sheet, { legend }: Chart, width: number) {
  const rows: { x: number; fill: Chart['legend'][number]['fill']; label: string }[][] = [];
  let x = Number.POSITIVE_INFINITY;
  for (const { fill, label } of legend) {
    const text = sheet.fonts.drawable(label, 'sans');
    const wide = sheet.fonts.width(text, 'sans', 7.5) + 20;
    if (x + wide > width) {
      rows.push([]);
      x = 0;
    }
    rows.at(-1)?.push({ x, fill, label: text });
    x += wide;
  }
  return rows;
}
