import type { LeftOut } from '../left-out.ts';
import type { ReportFormat, ReportOptions } from '../model.ts';

/** What the thread is to do with files. */
export type RenderWork =
  | {
      kind: 'render';
      snapshot: string;
      /** SHA-256 of the snapshot. */
      hash: string;
      out: string;
      format: ReportFormat;
      options: ReportOptions;
      /** For readers outside: no code, no evidence, no paths. */
      redacted: boolean;
    }
  | {
      kind: 'read-old-results';
      file: string;
      out: string;
      /** Of the head, what is not in the file. */
      head: OldHead;
    };

export interface OldHead {
  report: string;
  title: string;
  classification: string | null;
  template: string;
  project: { id: string; name: string };
  about: { kind: 'file'; file: string; name: string };
  actor: string;
  version: string;
  asOf: number;
}

export type FromThread =
  | { type: 'progress'; done: number; total: number }
  | { type: 'done'; sha256: string; size: number; findings: number; leftOut?: LeftOut | undefined }
  | { type: 'failed'; code: string | null; message: string };
