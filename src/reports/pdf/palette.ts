import type { Severity } from '../../model/severity.ts';
import type { Fill } from '../charts/chart.ts';

/** The light colours of the dashboard: paper is white. */
export const INK = {
  text: '#14191e',
  text2: '#47525d',
  border: '#d6dce1',
  sunken: '#f2f4f6',
  accent: '#0a626b',
  warning: '#845600',
  hit: '#fff1c9',
  link: '#0a626b',
} as const;

export const FILLS: Record<Fill, string> = {
  critical: '#75052e',
  high: '#b5401a',
  medium: '#be8110',
  low: '#246398',
  info: '#868f9b',
  accent: '#0a626b',
  success: '#146c43',
  muted: '#868f9b',
  series2: '#a88128',
  series3: '#794bba',
  series4: '#4c8eee',
};

/** Form and colour: the worst is filled, the others are tinted or outlined. */
export const CHIPS: Record<Severity, { text: string; back: string | null; line: string | null }> = {
  critical: { text: '#ffffff', back: '#75052e', line: null },
  high: { text: '#8c2f0a', back: '#fcebe2', line: '#8c2f0a' },
  medium: { text: '#866200', back: '#faf1d8', line: null },
  low: { text: '#2454b3', back: null, line: '#2454b3' },
  info: { text: '#535c66', back: null, line: null },
};
