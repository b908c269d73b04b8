import type { Severity } from '../../model/severity.ts';
import type { Chart } from '../charts/chart.ts';
import type { ReportFinding } from '../model.ts';

/** A piece of a text with one look. */
export interface Span {
  text: string;
  style?: 'strong' | 'em' | 'code' | undefined;
  /** http and https only. */
  href?: string | undefined;
}
export type Text = string | readonly Span[];

export type Cell =
  | string
  | number
  | { severity: Severity }
  | { code: string }
  | { link: string; text: string };

export interface TableColumn {
  title: string;
  align?: 'end' | undefined;
  /** Part of the width, compared with the other columns; 1 when it does not say. */
  weight?: number | undefined;
}

/** What a document is made of; page, PDF and Markdown each draw these. */
export type Block =
  | {
      kind: 'heading';
      level: 1 | 2 | 3;
      text: string;
      anchor?: string | undefined;
      severity?: Severity | undefined;
    }
  | { kind: 'paragraph'; text: Text; tone?: 'muted' | 'warning' | undefined }
  | { kind: 'facts'; rows: readonly (readonly [string, string])[] }
  | {
      kind: 'table';
      caption: string;
      columns: readonly TableColumn[];
      rows: Iterable<readonly Cell[]> | AsyncIterable<readonly Cell[]>;
    }
  | { kind: 'charts'; charts: readonly Chart[] }
  | { kind: 'list'; items: readonly Text[]; ordered?: boolean | undefined }
  | {
      kind: 'code';
      text: string;
      firstLine?: number | undefined;
      hit?: readonly [number, number] | undefined;
    }
  | { kind: 'quote'; text: Text }
  | { kind: 'finding'; finding: ReportFinding }
  /** Where a page has its list of findings. */
  | { kind: 'explorer' }
  | { kind: 'page-break' };

/** `page`: the list of findings is there to look into them. `paper`: everything is written out. */
export type Medium = 'page' | 'paper';

export function plain(text: Text): string {
  return typeof text === 'string' ? text : text.map((span) => span.text).join('');
}
