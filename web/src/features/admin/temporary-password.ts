// Without characters that look alike: people read it out and type it.
const LETTERS = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789';

/** Four groups of five: 115 bits of chance. */
export function temporaryPassword(): string {
  const groups = Array.from({ length: 4 }, () => Array.from({ length: 5 }, randomLetter).join(''));
  return groups.join('-');
}

function randomLetter(): string {
  // Values beyond the last whole multiple would favour the first letters.
  const limit = 256 - (256 % LETTERS.length);
  for (;;) {
    const [value = 255] = crypto.getRandomValues(new Uint8Array(1));
    if (value < limit) return LETTERS[value % LETTERS.length] as string;
  }
}
