import type { DiffSection } from '../model/diff-section.ts';
import type { Severity } from '../model/severity.ts';
import type { DiffItem } from './diff.ts';

/** A comparison as a writer of files gets it. */
export interface DiffDocument {
  from: string;
  to: string;
  counts: Record<DiffSection, { total: number; bySeverity: Record<Severity, number> }>;
  version: string;
  /** All of a section, most severe first; read as they are asked for. */
  every(section: DiffSection): AsyncIterable<DiffItem>;
}

export const SECTION_WORDS: Record<DiffSection, string> = {
  new: 'new',
  fixed: 'fixed',
  changed: 'changed',
  still: 'still open',
  dismissed: 'dismissed',
  'not-looked-at': 'not looked at',
};
