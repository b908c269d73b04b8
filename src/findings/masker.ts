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
  const inText = new Index();
  const inBytes = new Index();

  return {
    /** `instead` stands where the secret stood; a part of it and its length when it is not given. */
    add(secrets: readonly string[], instead?: string): void {
      for (const secret of secrets) {
        if (secret.length < SHORTEST) continue;
        const shown = instead ?? maskedSecret(secret);
        inText.add(secret, shown);
        inBytes.add(latin1(secret), latin1(shown));
      }
    },
    mask: (text: string): string => inText.mask(text),
    /** The same for bytes in a string of one character each (Latin-1), only for what begins before `until`. */
    maskBinary: (text: string, until: number) => inBytes.take(text, until),
    /** Bytes of the longest secret, 0 when there is none. */
    longest: (): number => inBytes.longest,
  };
}
export type Masker = ReturnType<typeof createMasker>;

class Index {
  longest = 0;
  /** Which two characters (their low bytes) a secret may begin with: almost every place of a text ends here. */
  private readonly begins = new Uint8Array(65_536);
  private readonly byPrefix = new Map<string, { secret: string; shown: string }[]>();

  add(secret: string, shown: string): void {
    this.longest = Math.max(this.longest, secret.length);
    this.begins[pairAt(secret, 0)] = 1;
    const prefix = secret.slice(0, SHORTEST);
    const known = this.byPrefix.get(prefix);
    if (!known) this.byPrefix.set(prefix, [{ secret, shown }]);
    else if (!known.some((one) => one.secret === secret)) {
      known.push({ secret, shown });
      known.sort((a, b) => b.secret.length - a.secret.length);
    }
  }

  mask(text: string): string {
    if (this.byPrefix.size === 0 || text.length < SHORTEST) return text;
    return this.take(text, text.length).out;
  }

  /** `used` is where the rest begins: behind `until` when a secret reaches over it. */
  take(text: string, until: number): { out: string; used: number } {
    let out = '';
    let from = 0;
    for (let at = 0; at < until && at + SHORTEST <= text.length; at += 1) {
      if (this.begins[pairAt(text, at)] === 0) continue;
      const found = this.byPrefix
        .get(text.slice(at, at + SHORTEST))
        ?.find(({ secret }) => text.startsWith(secret, at));
      if (found === undefined) continue;
      out += text.slice(from, at) + found.shown;
      from = at + found.secret.length;
      at = from - 1;
    }
    const used = Math.max(from, until);
    return { out: out + text.slice(from, used), used };
  }
}

function pairAt(text: string, at: number): number {
  return ((text.charCodeAt(at) & 0xff) << 8) | (text.charCodeAt(at + 1) & 0xff);
}

function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
