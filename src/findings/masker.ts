const SHORTEST = 6;

/** A secret as it may be shown: at most its first four characters, and how long it is. */
export function maskedSecret(secret: string): string {
  return `${secret.length >= 16 ? secret.slice(0, 4) : ''}…[${secret.length} characters]`;
}

/**
 * Masks every secret that the run has reported in any text. Secrets are found by their first six characters, so that the
 * cost of a text does not grow with their number.
 */
export function createMasker() {
  const byPrefix = new Map<string, string[]>();

  return {
    add(secrets: readonly string[]): void {
      for (const secret of secrets) {
        if (secret.length < SHORTEST) continue;
        const prefix = secret.slice(0, SHORTEST);
        const known = byPrefix.get(prefix);
        if (!known) byPrefix.set(prefix, [secret]);
        else if (!known.includes(secret)) {
          known.push(secret);
          known.sort((a, b) => b.length - a.length);
        }
      }
    },
    mask(text: string): string {
      if (byPrefix.size === 0 || text.length < SHORTEST) return text;
      let out = '';
      let from = 0;
      for (let at = 0; at + SHORTEST <= text.length; at += 1) {
        const secret = byPrefix
          .get(text.slice(at, at + SHORTEST))
          ?.find((candidate) => text.startsWith(candidate, at));
        if (secret === undefined) continue;
        out += text.slice(from, at) + maskedSecret(secret);
        from = at + secret.length;
        at = from - 1;
      }
      return from === 0 ? text : out + text.slice(from);
    },
  };
}
export type Masker = ReturnType<typeof createMasker>;
