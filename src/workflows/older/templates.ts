import { escapeTemplate } from '../../lib/cel/template.ts';
import type { Path } from '../definition/problem.ts';
import { type Conversion, short } from './conversion.ts';
import type { Cel } from './python/cel.ts';
import { valueToCel } from './python/to-cel.ts';
import type { Names } from './references.ts';

export type Piece =
  | { kind: 'text'; text: string }
  /** Ours, with what stands inside. */
  | { kind: 'template'; source: string; inner: string }
  /** `${{ … }}` of today: stays. */
  | { kind: 'current'; text: string }
  /** Looks like a template and is none of ours: stays, and is named. */
  | { kind: 'stray'; text: string };

/** `${VAR:-word}` and its like belong to a shell. */
const SHELL = /^[A-Za-z_][A-Za-z0-9_]*\s*(?::[-=?+]|[#%/^,])/;

/** Cuts a text at what the older product filled in. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let plain = '';
  const push = (piece: Piece) => {
    if (plain) pieces.push({ kind: 'text', text: plain });
    plain = '';
    pieces.push(piece);
  };
  let at = 0;
  while (at < text.length) {
    const piece = pieceAt(text, at);
    if (!piece) {
      plain += text[at];
      at += 1;
      continue;
    }
    push(piece);
    at += piece.kind === 'template' ? piece.source.length : piece.text.length;
  }
  if (plain) pieces.push({ kind: 'text', text: plain });
  return pieces;
}

function pieceAt(text: string, at: number): Piece | null {
  if (text.startsWith('$${', at)) {
    const end = text.indexOf('}', at);
    return { kind: 'stray', text: text.slice(at, end < 0 ? at + 3 : end + 1) };
  }
  if (text.startsWith('${{', at)) {
    const end = text.indexOf('}}', at);
    return end < 0 ? { kind: 'stray', text: '${{' } : { kind: 'current', text: text.slice(at, end + 2) };
  }
  const [open, close] = text.startsWith('${', at) ? ['${', '}'] : ['{{', '}}'];
  if (!text.startsWith(open, at)) return null;
  const end = text.indexOf(close, at + open.length);
  if (end < 0) return { kind: 'stray', text: open };
  const source = text.slice(at, end + close.length);
  const inner = text.slice(at + open.length, end).trim();
  // Go's `{{ .Name }}`, Handlebars' `{{#each}}`, `${1}` and whatever a shell does are none of ours.
  if (!/^[A-Za-z_]/.test(inner) || SHELL.test(inner)) return { kind: 'stray', text: source };
  return { kind: 'template', source, inner };
}

/** Fills in the templates of every text in a value, whatever its shape. */
export function convertTemplates(
  conversion: Conversion,
  value: unknown,
  { path, names }: { path: Path; names: Names },
): unknown {
  if (typeof value === 'string') return convertText(conversion, value, { path, names });
  if (Array.isArray(value))
    return value.map((part, index) => convertTemplates(conversion, part, { path: [...path, index], names }));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key,
      convertTemplates(conversion, part, { path: [...path, key], names }),
    ]),
  );
}

function convertText(
  conversion: Conversion,
  text: string,
  { path, names }: { path: Path; names: Names },
): string {
  if (!/\$\{|\{\{/.test(text)) return text;
  let converted = '';
  let translated = false;
  for (const piece of piecesOf(text)) {
    if (piece.kind === 'stray') {
      noteStray(conversion, path, piece.text);
      converted += escapeTemplate(piece.text);
      continue;
    }
    if (piece.kind !== 'template') {
      converted += piece.text;
      continue;
    }
    const cel = conversion.attempt(path, `'${short(piece.source)}' cannot be read`, () =>
      innerToCel(piece.inner, names),
    );
    // One problem is enough: what is not filled in is not looked at further.
    if (!cel) return text;
    converted += templateOf(cel);
    translated = true;
  }
  if (translated) {
    const message = 'What is filled in is CEL now.';
    conversion.note(path, { what: 'translated', from: text, to: converted, message });
  }
  return converted;
}

export function templateOf(cel: Cel): string {
  return `\${{ ${cel.text} }}`;
}

/** Names of steps need not be words: `{{ Scan Target.findings }}`. */
export function innerToCel(inner: string, names: Names): Cel {
  for (const name of names.steps.keys()) {
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) continue;
    for (const root of ['', 'steps.', 'results.']) {
      const start = root + name;
      const next = inner[start.length];
      if (inner.startsWith(start) && (next === undefined || next === '.' || next === '['))
        return valueToCel(`steps[${JSON.stringify(name)}]${inner.slice(start.length)}`, names);
    }
  }
  return valueToCel(inner, names);
}

export function noteStray(conversion: Conversion, path: Path, text: string): void {
  conversion.note(path, {
    what: 'assumed',
    from: text,
    to: text,
    message: 'This is no template of SentinelX: it is kept as plain text.',
  });
}
