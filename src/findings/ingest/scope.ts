import type { Location } from '../../model/location.ts';
import type { Severity } from '../../model/severity.ts';
import type { Masker } from '../masker.ts';
import type { MatchingSettings } from '../matching-settings.ts';
import type { RuleBook } from '../rule-book.ts';

/** What the findings of one run have in common. */
export interface IngestScope {
  dialect: 'sqlite' | 'postgres';
  key: Buffer;
  project: string;
  asset: string;
  /** The tool of findings that name none. */
  task: string;
  run: string;
  actor: string;
  rules: RuleBook;
  masker: Masker;
  matching: MatchingSettings;
  /** Findings that this run has reported already: one finding is matched once in a run. */
  taken: Set<string>;
  /** Of an import: its change set, in which every finding that it touches is kept as it was before. */
  changeSet?: string;
  /**
   * True when the file of a former place does not exist any more: then its finding may have been renamed. Absent where files
   * cannot be looked for, as in an import.
   */
  placeGone?(at: Location): boolean;
}

/**
 * `again`: this run has reported it already under another id of the same bug. How it was recognised: `exact` (nothing has moved),
 * a kind of print, `upgraded` (under a former id of its rule), `older` (a former version of the prints).
 */
export type FindingChange = 'new' | 'seen' | 'reopened';
export type MatchedBy = 'exact' | 'moved' | 'renamed' | 'alias' | 'tool' | 'upgraded' | 'older';

export interface IngestedFinding {
  id: string;
  change: FindingChange;
  /** This run has reported it already under another id of the same bug: it counts once. */
  again: boolean;
  /** Of a new finding: the one of another tool that it is the same as. */
  mergedInto: string | null;
  severity: Severity;
  tool: string;
  rule: string;
  /** Columns of a known finding that this run changed, as they were. */
  before: Record<string, string | number | null> | null;
}
