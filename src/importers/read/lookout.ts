/** What stands at a place of a JSON document. */
export type ValueKind = 'list' | 'object' | 'text' | 'number' | 'true or false' | 'null';

/** Where a format keeps its results. */
export interface Holder {
  /** `results`, `vulnerabilities.list`; '' is the document itself. */
  at: string;
  is: 'list' | 'object' | 'anything';
  /** Tools written in Go write an empty list so. */
  orNull?: boolean;
}

/** The formats of one tool differ: one of these must be there, and what is there must be of its kind. */
export interface Holds {
  json?: readonly Holder[];
  /** Names of the outermost element. */
  xml?: readonly string[];
  /** What else the importer asks for with `context.stood`. */
  also?: { places: RegExp; depth: number };
}

/** Notes what the readers come across at the places that hold the results, so that a report without them is no empty one. */
export interface Lookout {
  /** Places deeper than this are never asked for. */
  depth: number;
  watches(place: string): boolean;
  /** True when `complaints` has the word on it. */
  note(place: string, kind: ValueKind): boolean;
  root(element: string): void;
  kindAt(place: string): ValueKind | undefined;
  /** What is wrong, when everything has been read; `whole` is false when the file ends early, so that what is missing may have come. */
  complaints(title: string, whole: boolean): { at: string; message: string }[];
}

const MAX_NOTED = 100_000;
const DOCUMENT = 'the document';
const ADVICE =
  'Let the tool write its report again, or name another format with --format: nothing of it is imported or closed.';

export function createLookout({ json = [], xml = [], also }: Holds = {}): Lookout {
  const places = new Set(json.map(({ at }) => at));
  const seen = new Map<string, ValueKind>();
  let root: string | undefined;
  return {
    depth: Math.max(also?.depth ?? -1, ...json.map(({ at }) => (at === '' ? 0 : at.split('.').length))),
    watches: (place) =>
      places.has(place) || (place === '' && json.length > 0) || (also?.places.test(place) ?? false),
    note(place, kind) {
      if (seen.size < MAX_NOTED) seen.set(place, kind);
      return places.has(place);
    },
    kindAt: (place) => seen.get(place),
    root(element) {
      root ??= element;
    },
    complaints(title, whole) {
      if (root === undefined) return seen.size === 0 ? [] : ofJson(json, { seen, title, whole });
      if (xml.length === 0 || xml.includes(root)) return [];
      const other = `Its outermost element is ${root.slice(0, 60)}, not ${either(xml)}`;
      return [{ at: DOCUMENT, message: `${other}: it is no report of ${title}. ${ADVICE}` }];
    },
  };
}

function ofJson(
  json: readonly Holder[],
  { seen, title, whole }: { seen: ReadonlyMap<string, ValueKind>; title: string; whole: boolean },
): { at: string; message: string }[] {
  const named = json.filter(({ at }) => at !== '');
  const wrong = named.filter((holder) => seen.has(holder.at) && !fits(holder, seen));
  if (wrong.length > 0)
    return wrong.map(({ at, is }) => ({ at, message: misplaced(seen.get(at), is, title) }));
  if (json.some((holder) => fits(holder, seen))) return [];
  const document = json.find(({ at }) => at === '');
  const kind = seen.get('');
  if (document && (named.length === 0 || (kind !== 'object' && kind !== 'list')))
    return [{ at: DOCUMENT, message: misplaced(kind, document.is, title) }];
  const names = named.filter(({ is }) => is !== 'anything').map(({ at }) => at);
  if (!whole || names.length === 0) return [];
  const missing = `It has no ${either(names)}, where a report of ${title} keeps its results`;
  return [{ at: DOCUMENT, message: `${missing}. ${ADVICE}` }];
}

function misplaced(kind: ValueKind | undefined, is: Holder['is'], title: string): string {
  const what =
    is === 'anything' ? 'its results' : `${is === 'list' ? 'a list' : 'an object'} with its results`;
  return `${words(kind)} stands here where a report of ${title} has ${what}. ${ADVICE}`;
}

function fits({ at, is, orNull }: Holder, seen: ReadonlyMap<string, ValueKind>): boolean {
  const kind = seen.get(at);
  if (kind === 'null') return orNull === true;
  return kind !== undefined && (is === 'anything' || kind === is);
}

/** In the beginning of a sentence. */
export function words(kind: ValueKind | undefined): string {
  const names = {
    list: 'A list',
    object: 'An object',
    text: 'A text',
    number: 'A number',
    'true or false': 'True or false',
  };
  return kind === undefined || kind === 'null' ? 'Nothing (null)' : names[kind];
}

function either(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(' or ');
}
