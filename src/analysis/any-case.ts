/**
 * The source of a pattern, changed so that its ASCII letters fit in both cases, as `(?i:…)` says it. V8 stops optimising
 * patterns once a process has made much code (1 MB for patterns, 16 MB in all), and its plain compiler (seen in 14.x)
 * loses alternatives inside of such a group: `(?i:key|token)` then misses `KEY`.
 */
export function anyCase(source: string): string {
  let out = '';
  let inClass = false;
  for (let at = 0; at < source.length; at++) {
    const character = source[at] as string;
    if (character === '\\') {
      out += character + (source[++at] ?? '');
    } else if (inClass) {
      const range = /^([a-zA-Z])-([a-zA-Z])/.exec(source.slice(at, at + 3));
      out += range ? bothCases(range[0]) : bothCases(character);
      if (range) at += 2;
      if (character === ']') inClass = false;
    } else if (character === '[') {
      inClass = true;
      out += character;
    } else {
      out += /[a-zA-Z]/.test(character) ? `[${bothCases(character)}]` : character;
    }
  }
  return out;
}

function bothCases(text: string): string {
  const [lower, upper] = [text.toLowerCase(), text.toUpperCase()];
  return lower === upper ? text : lower + upper;
}
