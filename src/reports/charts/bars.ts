import { CHART_WIDTH, type Chart, type Fill, fitted, numberText, type Shape, textWidth } from './chart.ts';

export interface BarRow {
  label: string;
  value: number;
  fill: Fill;
  filter?: { key: string; value: string } | undefined;
}

const ROW = 26;
const BAR = 14;
const GAP = 10;
const MOST_LABEL = 210;

/** A bar a row, its name on the left and its number behind it. */
export function horizontalBars(input: {
  id: string;
  title: string;
  /** What the rows are, for the table: `Severity`. */
  what: string;
  rows: readonly BarRow[];
  /** Of further rows, which are counted together. */
  more?: { rows: number; value: number } | undefined;
  width?: number;
}): Chart {
  const { rows, width = CHART_WIDTH } = input;
  const labels = Math.min(MOST_LABEL, Math.max(48, ...rows.map(({ label }) => textWidth(label))));
  const numbers = Math.max(16, ...rows.map(({ value }) => textWidth(numberText(value)))) + GAP;
  const space = width - labels - GAP - numbers;
  const most = Math.max(1, ...rows.map(({ value }) => value));
  const shapes: Shape[] = rows.flatMap((row, index) => {
    const middle = index * ROW + ROW / 2;
    const length = row.value === 0 ? 0 : Math.max(2, (row.value / most) * space);
    const left = labels + GAP;
    return [
      { kind: 'text', x: labels, y: middle, text: fitted(row.label, labels + 4), anchor: 'end' },
      {
        kind: 'bar',
        x: left,
        y: middle - BAR / 2,
        width: length,
        height: BAR,
        fill: row.fill,
        label: `${row.label}: ${numberText(row.value)}`,
        filter: row.filter,
      },
      {
        kind: 'text',
        x: left + length + 6,
        y: middle,
        text: numberText(row.value),
        anchor: 'start',
        strong: true,
      },
    ] satisfies Shape[];
  });
  const rest =
    input.more && input.more.rows > 0
      ? `${numberText(input.more.rows)} more: ${numberText(input.more.value)}`
      : '';
  if (rest)
    shapes.push({
      kind: 'text',
      x: labels + GAP,
      y: rows.length * ROW + ROW / 2,
      text: rest,
      anchor: 'start',
    });
  return {
    id: input.id,
    title: input.title,
    description: [
      ...rows.map(({ label, value }) => `${label} ${numberText(value)}`),
      ...(rest ? [rest] : []),
    ].join(', '),
    width,
    height: Math.max(ROW, (rows.length + (rest ? 1 : 0)) * ROW),
    shapes,
    legend: [],
    table: {
      head: [input.what, 'Findings'],
      rows: [
        ...rows.map(({ label, value }) => [label, value]),
        ...(input.more && rest ? [[`${input.more.rows} more`, input.more.value]] : []),
      ],
    },
  };
}
