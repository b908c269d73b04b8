import { atLeast, type Cel, type CelType, LEVEL, listLiteral, primary, textLiteral } from './cel.ts';
import type { Comparison, Expression } from './parse.ts';
import { Untranslatable } from './untranslatable.ts';

/** What the older product said of a step → what a step is now. */
const STATUSES: Record<string, string> = {
  success: 'done',
  successful: 'done',
  succeeded: 'done',
  completed: 'done',
  complete: 'done',
  done: 'done',
  ok: 'done',
  passed: 'done',
  failed: 'failed',
  failure: 'failed',
  error: 'failed',
  partial: 'partial',
  skipped: 'skipped',
  cancelled: 'cancelled',
  canceled: 'cancelled',
};

export interface Side {
  cel: Cel;
  source: Expression;
}

/** One comparison. Throws Untranslatable where Python would fail as well, or where CEL means something else. */
export function compare(left: Cel, op: Comparison, { cel: given, source }: Side): Cel {
  const right = wordSide(left.type, given, source);
  switch (op) {
    case '==':
    case '!=':
      return equal(wordSide(given.type, left, null), op, right);
    case 'is':
    case 'is not':
      return identical(left, op, right);
    case 'in':
    case 'not in':
      return within(left, op === 'not in', right);
    default:
      return ordered(left, op, right);
  }
}

/** Beside a status or a severity, the words of the older product become those of today. */
function wordSide(beside: CelType, cel: Cel, source: Expression | null): Cel {
  if (beside !== 'status' && beside !== 'severity') return cel;
  const word = beside === 'status' ? statusText : severityText;
  if (source?.kind === 'list') {
    const items = source.items.map((item) =>
      item.kind === 'literal' && typeof item.value === 'string' ? primary(word(item.value), 'string') : null,
    );
    const known = items.filter((item) => item !== null);
    if (known.length === items.length) return primary(listLiteral(known), 'list');
  }
  if (source?.kind === 'literal' && typeof source.value === 'string')
    return primary(word(source.value), 'string');
  const quoted = /^'([a-zA-Z_]*)'$/.exec(cel.text);
  return quoted && cel.type === 'string' ? primary(word(quoted[1] ?? ''), 'string') : cel;
}

/** A word that no step ever has would make the condition false for ever: refused. */
function statusText(word: string): string {
  const key = word.toLowerCase();
  const status = Object.hasOwn(STATUSES, key) ? STATUSES[key] : undefined;
  if (status !== undefined) return textLiteral(status);
  throw new Untranslatable(
    `no step has the status '${word}'; it is done, partial, failed, skipped or cancelled now`,
  );
}

const SEVERITIES: Record<string, string> = { informational: 'info', moderate: 'medium' };

function severityText(word: string): string {
  const key = word.toLowerCase();
  if (Object.hasOwn(SEVERITIES, key)) return textLiteral(SEVERITIES[key] ?? key);
  return textLiteral(/^(?:critical|high|medium|low|info|none)$/.test(key) ? key : word);
}

type Kind = 'number' | 'text' | 'truth' | 'list' | 'map' | 'null' | 'any';

function kindOf(type: CelType): Kind {
  if (type === 'int' || type === 'double') return 'number';
  if (type === 'string' || type === 'status') return 'text';
  if (type === 'bool') return 'truth';
  if (type === 'list' || type === 'map' || type === 'null') return type;
  return 'any';
}

function equal(left: Cel, op: '==' | '!=', right: Cel): Cel {
  const kinds = [kindOf(left.type), kindOf(right.type)];
  if (kinds.includes('truth') && kinds.includes('number'))
    throw new Untranslatable('a truth value is compared with a number');
  // CEL compares only what is of one kind, unless it cannot know.
  const numbers = kinds[0] === 'number' && left.type !== right.type;
  const apart = !kinds.includes('any') && (kinds[0] !== kinds[1] || numbers);
  const text = apart ? `dyn(${left.text})` : atLeast(left, LEVEL.sum);
  return { text: `${text} ${op} ${atLeast(right, LEVEL.sum)}`, level: LEVEL.compare, type: 'bool' };
}

function identical(left: Cel, op: 'is' | 'is not', right: Cel): Cel {
  if (right.type !== 'null' && right.text !== 'true' && right.text !== 'false')
    throw new Untranslatable(`'${op}' compares objects, not values; write ${op === 'is' ? '==' : '!='}`);
  const sign = op === 'is' ? '==' : '!=';
  const kind = kindOf(left.type);
  const same = kind === 'any' || kind === kindOf(right.type);
  const text = same ? atLeast(left, LEVEL.sum) : `dyn(${left.text})`;
  return { text: `${text} ${sign} ${right.text}`, level: LEVEL.compare, type: 'bool' };
}

function ordered(left: Cel, op: '<' | '<=' | '>' | '>=', right: Cel): Cel {
  const kinds = [kindOf(left.type), kindOf(right.type)];
  for (const kind of kinds)
    if (kind !== 'number' && kind !== 'text' && kind !== 'any')
      throw new Untranslatable(`'${op}' orders numbers and texts only`);
  if (!kinds.includes('any') && kinds[0] !== kinds[1])
    throw new Untranslatable(`'${op}' between a number and a text fails in Python as well`);
  return {
    text: `${atLeast(left, LEVEL.sum)} ${op} ${atLeast(right, LEVEL.sum)}`,
    level: LEVEL.compare,
    type: 'bool',
  };
}

/** `in` asks a text for a part of it, a list for an element and a map for a key, in Python as in our CEL. */
function within(left: Cel, negated: boolean, right: Cel): Cel {
  const kind = kindOf(right.type);
  if (kind === 'number' || kind === 'truth' || kind === 'null')
    throw new Untranslatable("'in' needs a list, a map or a text on its right");
  if (kind === 'text' && kindOf(left.type) !== 'text' && kindOf(left.type) !== 'any')
    throw new Untranslatable("'in' looks for something other than a text in a text");
  const text = `${atLeast(left, LEVEL.sum)} in ${atLeast(right, LEVEL.sum)}`;
  if (negated) return { text: `!(${text})`, level: LEVEL.unary, type: 'bool' };
  return { text, level: LEVEL.compare, type: 'bool' };
}
