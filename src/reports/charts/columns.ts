import { CHART_WIDTH, type Chart, type Fill, numberText, type Shape, textWidth } from './chart.ts';

export interface Column {
  label: string;
  /** From the bottom up, as in `series`. */
  values: readonly number[];
}

const HEIGHT = 190;
const TOP = 10;
const BOTTOM = 24;

/** Columns over time, one part above the other. */
export function stackedColumns(input: {
  id: string;
  title: string;
  /** What a column is: `Week of`. */
  what: string;
  series: readonly { label: string; fill: Fill }[];
  columns: readonly Column[];
  width?: number;
}): Chart {
  const { columns, series, width = CHART_WIDTH } = input;
  const totals = columns.map(({ values }) => values.reduce((sum, value) => sum + value, 0));
  const { step, top } = scale(Math.max(1, ...totals));
  const left = textWidth(numberText(top)) + 8;
  const plot = HEIGHT - TOP - BOTTOM;
  const yOf = (value: number) => TOP + plot - (value / top) * plot;
  const shapes: Shape[] = [];
  for (let value = 0; value <= top; value += step) {
    shapes.push({ kind: 'line', x1: left, y1: yOf(value), x2: width, y2: yOf(value) });
    shapes.push({ kind: 'text', x: left - 6, y: yOf(value), text: numberText(value), anchor: 'end' });
  }
  const each = (width - left) / Math.max(1, columns.length);
  const bar = Math.min(28, each * 0.72);
  const shown = Math.ceil(columns.length / Math.max(1, Math.floor((width - left) / 64)));
  columns.forEach((column, index) => {
    const middle = left + each * (index + 0.5);
    let below = 0;
    column.values.forEach((value, part) => {
      const { fill = 'accent', label = '' } = series[part] ?? {};
      if (value > 0)
        shapes.push({
          kind: 'bar',
          x: middle - bar / 2,
          y: yOf(below + value),
          width: bar,
          height: yOf(below) - yOf(below + value),
          fill,
          label: `${column.label}, ${label}: ${numberText(value)}`,
        });
      below += value;
    });
    // Counted from the newest, which is the one that one looks for.
    if ((columns.length - 1 - index) % shown === 0)
      shapes.push({
        kind: 'text',
        x: Math.min(middle, width - 22),
        y: HEIGHT - BOTTOM / 2 + 2,
        text: column.label,
        anchor: 'middle',
      });
  });
  const busiest = totals.indexOf(Math.max(...totals));
  return {
    id: input.id,
    title: input.title,
    description: `${columns[0]?.label ?? ''} to ${columns.at(-1)?.label ?? ''}: ${numberText(sum(totals))} in all; most in ${columns[busiest]?.label ?? ''} with ${numberText(totals[busiest] ?? 0)}`,
    width,
    height: HEIGHT,
    shapes,
    legend: series
      .filter((_, part) => columns.some(({ values }) => (values[part] ?? 0) > 0))
      .map(({ label, fill }) => ({ label, fill })),
    table: {
      head: [input.what, ...series.map(({ label }) => label)],
      rows: columns.map(({ label, values }) => [label, ...values]),
    },
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Steps of 1, 2 or 5 with their zeros, four to six of them. */
export function scale(most: number): { step: number; top: number } {
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(
    1,
    [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough) ?? 10 * power,
  );
  return { step, top: Math.ceil(most / step) * step };
}
