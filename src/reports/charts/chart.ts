/**
 * A chart as shapes: the page draws them as SVG and the PDF as vectors, so that both show the same. Sizes are CSS pixels. This file and
 * its neighbours run in the browser as well: they import nothing of Node.
 */
export type Fill =
  | 'critical'
  | 'high'
  | 'medium'
  | 'low'
  | 'info'
  | 'accent'
  | 'success'
  | 'muted'
  | 'series2'
  | 'series3'
  | 'series4';

export type Shape =
  | {
      kind: 'bar';
      x: number;
      y: number;
      width: number;
      height: number;
      fill: Fill;
      /** What it says, in words. */
      label: string;
      /** A click shows these findings only. */
      filter?: { key: string; value: string } | undefined;
    }
  | { kind: 'line'; x1: number; y1: number; x2: number; y2: number }
  | {
      kind: 'text';
      x: number;
      y: number;
      text: string;
      anchor: 'start' | 'middle' | 'end';
      strong?: boolean;
    };

export interface Chart {
  id: string;
  title: string;
  /** What it shows, for who does not see it. */
  description: string;
  width: number;
  height: number;
  shapes: Shape[];
  legend: { fill: Fill; label: string }[];
  /** The same in numbers. */
  table: { head: string[]; rows: (string | number)[][] };
}

export const CHART_WIDTH = 520;
/** Of all texts in a chart; the same in both media. */
export const TEXT_SIZE = 12;
/** Plex Sans: a letter is about so wide at that size. */
const LETTER = 6.3;

/** Cut in the middle: the ends of a path or a rule tell them apart. */
export function fitted(text: string, width: number): string {
  const letters = [...text];
  const most = Math.max(4, Math.floor(width / LETTER));
  if (letters.length <= most) return text;
  const head = Math.ceil((most - 1) / 2);
  return `${letters.slice(0, head).join('')}…${letters.slice(letters.length - (most - 1 - head)).join('')}`;
}

export function textWidth(text: string): number {
  return [...text].length * LETTER;
}

export function numberText(value: number): string {
  return value.toLocaleString('en-US');
}
