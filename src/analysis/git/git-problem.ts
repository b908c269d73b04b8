/** A part of a repository cannot be read. `missing`: it is not here, as in a partial clone; `broken`: it makes no sense. */
export class GitProblem extends Error {
  readonly kind: 'missing' | 'broken' | 'too-large';

  constructor(kind: GitProblem['kind'], message: string) {
    super(message);
    this.name = 'GitProblem';
    this.kind = kind;
  }
}
