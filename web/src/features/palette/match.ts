/**
 * How well words fit a text: 0 not at all. The beginning of the text counts most, then the beginning of a word, then any place,
 * then letters in their order near each other (`scs` for `secrets scan`). Every word must fit.
 */
export function fitness(text: string, words: string): number {
  const own = text.toLowerCase();
  let total = 1;
  for (const word of words.toLowerCase().split(/\s+/).filter(Boolean)) {
    const points = fitOne(own, word);
    if (points === 0) return 0;
    total += points;
  }
  return total;
}

/** Letters further apart than this times their number are there by chance. */
const SPREAD = 3;

function fitOne(text: string, word: string): number {
  const at = text.indexOf(word);
  if (at === 0) return 40;
  if (at > 0) return /[\s/:_-]/.test(text[at - 1] as string) ? 20 : 10;
  return word.length > 1 && inOrder(text, word) ? 1 : 0;
}

function inOrder(text: string, word: string): boolean {
  const first = text.indexOf(word[0] as string);
  let from = first;
  for (const letter of word) {
    from = text.indexOf(letter, from) + 1;
    if (from === 0) return false;
  }
  return from - first <= word.length * SPREAD;
}
