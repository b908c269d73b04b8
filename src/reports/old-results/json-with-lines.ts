/** A value with the line where it begins; objects and lists only. */
export interface ReadJson {
  value: unknown;
  lineOf: WeakMap<object, number>;
  /** Where it ends too early or is no JSON any more: what stands before is there. */
  broken: { line: number; message: string } | null;
}

/** Deeper than any file of results, and not so deep that reading it could go wrong. */
const MOST_DEPTH = 100;

class Broken extends Error {}

/** JSON as far as it can be read. A file that was cut gives what it holds up to the cut. */
export function readJsonWithLines(text: string): ReadJson {
  const lineOf = new WeakMap<object, number>();
  let at = 0;
  let line = 1;
  let broken: ReadJson['broken'] = null;

  function space(): void {
    for (; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === 10) line += 1;
      else if (code !== 32 && code !== 13 && code !== 9 && code !== 0xfeff) return;
    }
  }

  function stop(message: string): never {
    broken ??= { line, message };
    throw new Broken(message);
  }

  function value(depth: number): unknown {
    space();
    if (depth > MOST_DEPTH) stop(`It goes deeper than ${MOST_DEPTH} levels.`);
    const character = text[at];
    if (character === '{') return object(depth);
    if (character === '[') return list(depth);
    return scalar();
  }

  function scalar(): unknown {
    // NaN and Infinity are what Python writes for such numbers.
    const match = /"(?:[^"\\\n]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|NaN|-?Infinity/y;
    match.lastIndex = at;
    const found = match.exec(text)?.[0];
    if (found === undefined)
      stop(at >= text.length ? 'The file ends here, in the middle of a value.' : 'This is no JSON.');
    at += found.length;
    if (/^(NaN|-?Infinity)$/.test(found)) return null;
    try {
      return JSON.parse(found);
    } catch {
      return stop('This text has an escape that JSON does not know.');
    }
  }

  function list(depth: number): unknown[] {
    const result: unknown[] = [];
    lineOf.set(result, line);
    at += 1;
    space();
    if (text[at] === ']') {
      at += 1;
      return result;
    }
    for (;;) {
      const before = result.length;
      try {
        result.push(value(depth + 1));
      } catch (error) {
        if (error instanceof Broken && partial !== undefined && result.length === before) {
          result.push(partial);
          partial = undefined;
        }
        throw keep(error, result);
      }
      space();
      const next = text[at];
      at += 1;
      if (next === ']') return result;
      if (next !== ',') throw keep(fail(), result);
    }
  }

  function object(depth: number): Record<string, unknown> {
    const result: Record<string, unknown> = Object.create(null);
    lineOf.set(result, line);
    at += 1;
    space();
    if (text[at] === '}') {
      at += 1;
      return result;
    }
    for (;;) {
      let key: unknown;
      try {
        space();
        key = scalar();
        space();
        if (text[at] !== ':') fail(true);
        at += 1;
        result[String(key)] = value(depth + 1);
      } catch (error) {
        if (error instanceof Broken && partial !== undefined && key !== undefined) {
          result[String(key)] = partial;
          partial = undefined;
        }
        throw keep(error, result);
      }
      space();
      const next = text[at];
      at += 1;
      if (next === '}') return result;
      if (next !== ',') throw keep(fail(), result);
    }
  }

  /** What was read of a list or an object that has no end; its owner takes it. */
  let partial: unknown;
  function keep(error: unknown, read: unknown): unknown {
    if (error instanceof Broken) partial = read;
    return error;
  }
  function fail(now = false): Broken {
    try {
      return stop(
        at >= text.length
          ? 'The file ends here, in the middle of a value.'
          : 'Here a comma or a bracket is missing.',
      );
    } catch (error) {
      if (now) throw error;
      return error as Broken;
    }
  }

  try {
    const whole = value(0);
    space();
    if (at < text.length) broken = { line, message: 'Something stands behind the end of the JSON.' };
    return { value: whole, lineOf, broken };
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return { value: partial, lineOf, broken };
  }
}
