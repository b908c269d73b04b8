import type { FindingSummary } from '../../../src/model/finding.ts';
import type { Session } from './access-types.ts';

export type { StoredEvent } from '../../../src/model/event.ts';
export type { Excerpt, Finding, FindingStatus, FindingSummary } from '../../../src/model/finding.ts';
export type { Location } from '../../../src/model/location.ts';
export type {
  Artifact,
  LogLevel,
  LogLine,
  Problem,
  Progress,
  Run,
  RunCounts,
  RunStatus,
} from '../../../src/model/run.ts';
export type { Confidence, Severity } from '../../../src/model/severity.ts';
export type { Category, TaskInfo, TaskSummary } from '../../../src/model/task-info.ts';

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export type User = NonNullable<Session['user']>;
export type { Session };

export interface FieldProblem {
  field: string;
  message: string;
  example?: string;
}

/** An error as the server tells it (RFC 9457 with our code). */
export interface ProblemDetails {
  title: string;
  status: number;
  code: string;
  detail?: string;
  hint?: string;
  fields?: FieldProblem[];
  requestId?: string;
  /** Seconds, from the header. */
  retryAfter?: number;
}

export type Params = Record<string, unknown>;

export interface TaskCheck {
  ok: boolean;
  params?: Params;
  target: string | null;
  needs: string[];
  problems: FieldProblem[];
}

export interface StartedRun {
  run: { id: string; status: string };
}

export type Change = 'new' | 'seen' | 'reopened';
export type RunFinding = FindingSummary & { change: Change };

export interface Occurrence {
  run: string;
  change: Change;
  time?: number;
  task?: string;
  status?: string;
}

export interface ScopeEntry {
  id: string;
  kind: 'path' | 'host';
  value: string;
  created: number;
}
