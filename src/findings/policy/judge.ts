import { Budget, compile, type Expression } from '../../lib/cel/expression.ts';
import type { Tree } from '../../lib/cel/tree.ts';
import { SentinelError } from '../../lib/errors.ts';
import type { PolicyFacts } from './read-facts.ts';
import { scopeOf } from './scope.ts';

/** `holds` is null when what it needs is unknown; `why` says what. */
export type Judgement = { holds: boolean; why: null } | { holds: null; why: string };

/**
 * Whether a condition holds for a finding. What is unknown is neither true nor false: `a && b` does not hold when one of both does
 * not, whatever the other is, and cannot be judged when one is unknown and the other holds. Asking for null is asking whether it is known.
 */
export function judge(when: Expression, facts: PolicyFacts, now: number): Judgement {
  const scope = scopeOf(facts, now);
  const unknown = unknownOf(facts);
  const budget = new Budget();
  return judgeTree(when.tree);

  function judgeTree(tree: Tree): Judgement {
    if (tree.kind === 'logic') {
      const decides = tree.op === '||';
      const left = judgeTree(tree.left);
      if (left.holds === decides) return left;
      const right = judgeTree(tree.right);
      if (right.holds === decides) return right;
      if (left.holds === null) return left;
      return right;
    }
    if (tree.kind === 'not') {
      const of = judgeTree(tree.of);
      return of.holds === null ? of : { holds: !of.holds, why: null };
    }
    return judgePart(tree);
  }

  function judgePart(tree: Tree): Judgement {
    const part = compile(when.text.slice(tree.start, tree.end));
    const missing = asksForNull(tree)
      ? []
      : part.names().flatMap((chain) => {
          const name = chain.slice(0, 2).join('.');
          return unknown.has(name) ? [name] : [];
        });
    if (missing.length > 0)
      return { holds: null, why: `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} unknown` };
    try {
      const value = part.evaluate(scope, budget);
      if (typeof value === 'boolean') return { holds: value, why: null };
      return { holds: null, why: `${part.text} gives ${JSON.stringify(value)} and not true or false` };
    } catch (error) {
      if (error instanceof SentinelError) return { holds: null, why: error.message };
      throw error;
    }
  }
}

/** `epss.score == null` */
function asksForNull(tree: Tree): boolean {
  const isNull = (side: Tree) => side.kind === 'literal' && side.value === null;
  return (
    tree.kind === 'binary' &&
    (tree.op === '==' || tree.op === '!=') &&
    (isNull(tree.left) || isNull(tree.right))
  );
}

/** What nobody has said, of all that is null for a finding: the rest is known not to be there. */
function unknownOf({ priorityFacts }: PolicyFacts): Set<string> {
  const { criticality, exposure, signals, dates } = priorityFacts;
  const unknown = new Set(['model.confidence', 'model.version']);
  if (criticality === null) unknown.add('asset.criticality');
  if (exposure === null) unknown.add('asset.exposure');
  if (signals.length === 0) return unknown;
  if (dates.kev === null) for (const name of ['listed', 'ransomware', 'due_days']) unknown.add(`kev.${name}`);
  // That it is on the list, and not whether ransomware uses it, is what CISA often knows.
  else if (signals.some((one) => one.kevAdded !== null) && !signals.some((one) => one.ransomware === true))
    unknown.add('kev.ransomware');
  if (!signals.some((one) => one.epss !== null))
    for (const name of ['score', 'percentile']) unknown.add(`epss.${name}`);
  return unknown;
}
