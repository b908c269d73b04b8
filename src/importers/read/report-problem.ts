/** The file cannot be read on: what came before is imported, and nothing is closed. `at` is a place in it. */
export class ReportProblem extends Error {
  readonly at: string;

  constructor(at: string, message: string) {
    super(message);
    this.name = 'ReportProblem';
    this.at = at;
  }
}

/** Where the readers put what is wrong; `damaged` when the file is not whole, so that something may be missing. */
export interface ProblemSink {
  problem(at: string, message: string, options?: { damaged?: boolean }): void;
}
