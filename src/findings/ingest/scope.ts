import type { Location } from '../../model/location.ts';
import type { Severity } from '../../model/severity.ts';
import type { Masker } from '../masker.ts';
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
  /** Findings that this run has reported already: one finding is matched once in a run. */
  taken: Set<string>;
  /** Of an import: its change set, in which every finding that it touches is kept as it was before. */
  changeSet?: string;
  /** True when the file of a former place does not exist any more: then its finding may have been renamed. */
  placeGone(at: Location): boolean;
}

export type FindingChange = 'new' | 'seen' | 'reopened';

export interface IngestedFinding {
  id: string;
  change: FindingChange;
  severity: Severity;
  /** Its tool and rule. */
  tool: string;
  rule: string;
  /** Columns of a known finding that this run changed, as they were. */
  before: Record<string, string | number | null> | null;
}
