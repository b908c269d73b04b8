export type ProblemCode =
  | 'archive-broken'
  | 'archive-limit'
  | 'archive-encrypted'
  | 'archive-unsupported'
  | 'unsafe-member-name';

/** A member or an archive cannot be read; what stands beside it can. */
export class ArchiveProblem extends Error {
  readonly code: ProblemCode;

  constructor(code: ProblemCode, message: string) {
    super(message);
    this.name = 'ArchiveProblem';
    this.code = code;
  }
}
