import { compile, type Expression } from '../../lib/cel/expression.ts';
import { closest } from '../../lib/closest.ts';
import { SentinelError } from '../../lib/errors.ts';
import { TriageChange } from '../../model/triage.ts';
import { readFilter } from '../../store/findings-index/keys.ts';
import { checkChange } from '../lifecycle/status-rules.ts';
import type { TriageRule } from './policy.ts';
import { SCOPE } from './scope.ts';
import { triageChange } from './triage-change.ts';

export type Report = (field: string, message: string) => void;

/** Reads the query as lists do; what is wrong with it is told with its place in the query. */
export function checkMatch(match: string, now: number, report: Report): void {
  try {
    readFilter(match, now);
  } catch (error) {
    report('match', wordsOf(error));
  }
}

/** Compiles an expression whose names all exist. */
export function checkWhen(when: string, report: Report): Expression | null {
  try {
    const expression = compile(when);
    const wrong = expression.names().flatMap((chain) => wrongName(chain) ?? []);
    for (const message of wrong) report('when', message);
    return wrong.length === 0 ? expression : null;
  } catch (error) {
    report('when', wordsOf(error));
    return null;
  }
}

function wrongName([root = '', field]: readonly string[]): string | undefined {
  const advice = (word: string, known: readonly string[]) => {
    const near = closest(word, known);
    return near ? `Did you mean '${near}'?` : `There are: ${known.join(', ')}.`;
  };
  const roots = Object.keys(SCOPE);
  if (!roots.includes(root)) return `There is no '${root}' here. ${advice(root, roots)}`;
  const fields = Object.keys(SCOPE[root as keyof typeof SCOPE]);
  if (field !== undefined && !fields.includes(field))
    return `There is no '${root}.${field}'. ${advice(field, fields)}`;
  return undefined;
}

const CLOSING = ['false-positive', 'risk-accepted'];

/** What the rule sets must be a decision that a person could make, too; a model alone closes nothing. */
export function checkTriage(rule: TriageRule, now: number, report: Report): void {
  const { status } = rule.set;
  if (rule.set.acceptDays !== undefined && status !== 'risk-accepted')
    report(
      'set.acceptDays',
      'Only an accepted risk has an end; snoozeDays is for what comes back by itself.',
    );
  if (
    status !== undefined &&
    CLOSING.includes(status) &&
    rule.when?.names().some(([root]) => root === 'model') === true
  )
    report(
      'when',
      `A finding never becomes ${status} because of what a model says. Use it for labels or severity.`,
    );
  try {
    checkChange(TriageChange.parse(triageChange(rule, now)), now);
  } catch (error) {
    report('set', wordsOf(error));
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof SentinelError) return error.message;
  // Of the words of a label, which are checked by the model itself.
  if (error instanceof Error && error.name === 'ZodError')
    return 'A label has letters, digits, and " ._:/-", 64 characters at most.';
  throw error;
}
