import { SentinelError } from '../errors.ts';
import { Budget, compile, type Expression } from './expression.ts';
import { bounded } from './functions.ts';
import { invalid, shorten, type Tree } from './tree.ts';

type Path = readonly (string | number)[];
type Scope = Readonly<Record<string, unknown>>;

const OPEN = '${{';
const CLOSE = '}}';
/** `${{` itself, written so that it is read as text. */
const OPEN_AS_TEXT = "${{ '${{' }}";

/** One `${{ }}` in a JSON value. */
export interface TemplateReference {
  path: Path;
  text: string;
  /** Null when it cannot be read: `problem` says why. */
  expression: Expression | null;
  problem: SentinelError | null;
  /** It is the whole text: its value keeps its type. */
  whole: boolean;
}

export interface Filled {
  value: unknown;
  /** Where a secret belongs, with everything else filled in: `fillSecrets` does the rest at the point of use. */
  secrets: { path: Path; template: string }[];
}

export interface FillOptions {
  /** `keep` (usual): texts with `secrets.NAME` stay templates; `refuse`: there are none to be had here. */
  secrets?: 'keep' | 'refuse';
  budget?: Budget;
}

/** Every `${{ }}` in every text of a JSON value. Never throws. */
export function references(value: unknown): TemplateReference[] {
  const found: TemplateReference[] = [];
  eachText(value, [], (text, path) => {
    if (!text.includes(OPEN)) return;
    let parts: Part[];
    try {
      parts = partsOfTemplate(text);
    } catch (error) {
      found.push({ path, text, expression: null, problem: asSentinel(text, error), whole: false });
      return;
    }
    const whole = wholeOf(parts) !== null;
    for (const part of parts) {
      if (typeof part === 'string') continue;
      try {
        found.push({ path, text: part.source, expression: compile(part.source), problem: null, whole });
      } catch (error) {
        const problem = asSentinel(part.source, error);
        found.push({ path, text: part.source, expression: null, problem, whole });
      }
    }
  });
  return found;
}

/** Replaces each `${{ }}`. Throws `invalid-expression`, with the place in `fields`. What was filled in is not read again. */
export function fill(value: unknown, scope: Scope, options: FillOptions = {}): Filled {
  const secrets: Filled['secrets'] = [];
  const budget = options.budget ?? new Budget();
  const filled = mapTexts(value, [], (text, path) => {
    if (!text.includes(OPEN)) return text;
    try {
      const parts = partsOfTemplate(text);
      if (!parts.some((part) => typeof part !== 'string' && usesSecrets(part.source)))
        return fillText(parts, scope, budget);
      if (options.secrets === 'refuse') throw invalid(text, 'uses a secret, and none can be used here');
      secrets.push({ path, template: fillAround(parts, scope, budget) });
      return '';
    } catch (error) {
      const problem = asSentinel(text, error);
      const field = path.join('.') || '(all)';
      throw new SentinelError(problem.code, `${field}: ${problem.message}`, {
        cause: error,
        fields: [{ field, message: problem.message }],
      });
    }
  });
  return { value: filled, secrets };
}

/** The names of the secrets in a template of `fill`. */
export function secretNames(template: string): string[] {
  const names = partsOfTemplate(template).map((part) =>
    typeof part === 'string' ? null : secretName(compile(part.source).tree),
  );
  return [...new Set(names.filter((name) => name !== null))];
}

/** The text with its secrets. Nothing else in a template of `fill` is left to be evaluated. */
export function fillSecrets(template: string, values: Readonly<Record<string, string>>): string {
  const texts = partsOfTemplate(template).map((part) => {
    if (typeof part === 'string') return part;
    const { tree } = compile(part.source);
    if (tree.kind === 'literal' && typeof tree.value === 'string') return tree.value;
    const name = secretName(tree);
    const value = name !== null && Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) throw invalid(part.source, 'is not a secret that is known here');
    return value;
  });
  return texts.join('');
}

/** A text that `fill` gives back as it is, whatever stands in it. */
export function escapeTemplate(text: string): string {
  return text.replaceAll(OPEN, () => OPEN_AS_TEXT);
}

/** The expression of `${{ x }}` without its braces; a text without braces as it is. For `condition` and `for_each`. */
export function bareExpression(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith(OPEN)) return trimmed;
  return wholeOf(partsOfTemplate(trimmed))?.source ?? trimmed;
}

type Part = string | { source: string };

/** Throws when a `${{` has no end. */
function partsOfTemplate(text: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (;;) {
    const start = text.indexOf(OPEN, at);
    if (start < 0) break;
    const end = endOf(text, start + OPEN.length);
    if (end < 0) throw invalid(text.slice(start), `has a '\${{' without '}}'`);
    if (start > at) parts.push(text.slice(at, start));
    parts.push({ source: text.slice(start + OPEN.length, end).trim() });
    at = end + CLOSE.length;
  }
  if (at < text.length) parts.push(text.slice(at));
  return parts;
}

/** Where `}}` closes the expression: not in a quoted text, and not where it ends objects in objects. */
function endOf(text: string, from: number): number {
  let open = 0;
  let at = from;
  while (at < text.length) {
    const character = text[at];
    if (character === '"' || character === "'") {
      at = endOfQuoted(text, at, character);
      continue;
    }
    if (character === '{') open += 1;
    if (character === '}') {
      if (open === 0 && text[at + 1] === '}') return at;
      open = Math.max(0, open - 1);
    }
    at += 1;
  }
  return -1;
}

function endOfQuoted(text: string, start: number, quote: string): number {
  const triple = text.startsWith(quote.repeat(3), start);
  const end = triple ? quote.repeat(3) : quote;
  let at = start + end.length;
  while (at < text.length) {
    if (text[at] === '\\') at += 2;
    else if (text.startsWith(end, at)) return at + end.length;
    else at += 1;
  }
  return at;
}

function wholeOf(parts: readonly Part[]): { source: string } | null {
  const rest = parts.filter((part) => typeof part !== 'string' || part.trim() !== '');
  const [only] = rest;
  return rest.length === 1 && only !== undefined && typeof only !== 'string' ? only : null;
}

function fillText(parts: readonly Part[], scope: Scope, budget: Budget): unknown {
  const whole = wholeOf(parts);
  if (whole) return compile(whole.source).evaluate(scope, budget);
  return bounded(parts.map((part) => textOf(part, scope, budget)).join(''));
}

/** The text with all but its secrets filled in, and nothing that was filled in can be read as a template. */
function fillAround(parts: readonly Part[], scope: Scope, budget: Budget): string {
  const texts = parts.map((part) => {
    if (typeof part === 'string' || !usesSecrets(part.source))
      return escapeTemplate(textOf(part, scope, budget));
    const name = secretName(compile(part.source).tree);
    if (name === null)
      throw invalid(
        part.source,
        'does more with a secret than to name it: write ${{ secrets.NAME }} and nothing else in the braces',
      );
    return `${OPEN} secrets[${JSON.stringify(name)}] ${CLOSE}`;
  });
  return bounded(texts.join(''));
}

function textOf(part: Part, scope: Scope, budget: Budget): string {
  if (typeof part === 'string') return part;
  const value = compile(part.source).evaluate(scope, budget);
  if (typeof value === 'string') return value;
  if (value === null) return '';
  const text = JSON.stringify(value);
  budget.take(text.length >> 3);
  return bounded(text);
}

function usesSecrets(source: string): boolean {
  return (
    source.includes('secrets') &&
    compile(source)
      .names()
      .some(([root]) => root === 'secrets')
  );
}

/** `secrets.NAME` or `secrets["NAME"]`, and nothing around it. */
export function secretName(tree: Tree): string | null {
  if (tree.kind !== 'field' && tree.kind !== 'index') return null;
  if (tree.optional || tree.of.kind !== 'name' || tree.of.name !== 'secrets') return null;
  if (tree.kind === 'field') return tree.name;
  return tree.index.kind === 'literal' && typeof tree.index.value === 'string' ? tree.index.value : null;
}

function eachText(value: unknown, path: Path, use: (text: string, path: Path) => void): void {
  mapTexts(value, path, (text, at) => {
    use(text, at);
    return text;
  });
}

function mapTexts(value: unknown, path: Path, change: (text: string, path: Path) => unknown): unknown {
  if (typeof value === 'string') return change(value, path);
  if (Array.isArray(value)) return value.map((item, index) => mapTexts(item, [...path, index], change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mapTexts(item, [...path, key], change)]),
  );
}

function asSentinel(text: string, error: unknown): SentinelError {
  if (error instanceof SentinelError) return error;
  return invalid(shorten(text, 120), 'goes too deep', error);
}
