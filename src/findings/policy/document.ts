/** A YAML or JSON document with its lines, as `workflows/definition/document.ts` reads it. */
export interface ParsedPolicy {
  value: unknown;
  positionOf(path: readonly (string | number)[]): { line: number; column: number } | null;
  problems: readonly {
    line: number | null;
    column: number | null;
    field: string;
    message: string;
  }[];
}

export type ParsePolicy = (source: string) => ParsedPolicy;

/** What is wrong in a policy, and where. */
export interface PolicyProblem {
  line: number | null;
  column: number | null;
  /** `triage.2.set.status`; `(all)` when it is about the whole document. */
  field: string;
  message: string;
}
