const ABOUT_SECRETS = /secret|passw|credential|token|api[-_ ]?key|private[-_ ]?key|hard[-_ ]?coded/i;
const SHORTEST = 6;

/**
 * When a rule of a code scanner is about secrets, the texts in quotes on its line may be one: they are masked everywhere. Too
 * much hidden is a lesser evil than a password in a report.
 */
export function secretLiterals(about: string, code: string): string[] {
  if (!ABOUT_SECRETS.test(about)) return [];
  const quoted = code.slice(0, 10_000).matchAll(/(["'`])((?:(?!\1)[^\\\n]|\\.)*)\1/g);
  const texts = [...quoted].map((match) => match[2] ?? '').filter((text) => text.length >= SHORTEST);
  return [...new Set(texts)].slice(0, 50);
}
