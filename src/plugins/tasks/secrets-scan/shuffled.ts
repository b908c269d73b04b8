import { entropy } from '../../../analysis/entropy.ts';

const PIECE = /[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g;
/** Words of people are longer, also in camel case: `getUserName` has pieces of 3.7; letters of both cases by chance 2.7. */
const LONGEST_PIECE = 3.3;
const DIGITS_BETWEEN = /[A-Za-z]\d+(?=[A-Za-z])/g;

/** Letters of both cases in an order that no words have: a key may hold no digit by chance (one of 34, of 20 characters). */
export function isShuffledLetters(value: string): boolean {
  if (value.length < 16 || !/^[A-Za-z]+$/.test(value) || entropy(value) < 3.4) return false;
  return looksShuffled(value);
}

/** Base 64 that begins with a mark, as one of thirty does, and not an option or a path. */
export function isShuffledBase64(value: string): boolean {
  if (!/^[A-Za-z0-9+/_-]{20,}={0,2}$/.test(value) || value.length < 24) return false;
  // A path has its separators often, and its parts are words.
  if ((value.match(/[/_-]/g)?.length ?? 0) * 8 > value.length) return false;
  return (value.match(DIGITS_BETWEEN)?.length ?? 0) >= 2 && entropy(value) >= 4 && looksShuffled(value);
}

/** Letters and digits that were thrown, as a whole or as what is left of a value without a word in it. */
export function isThrown(text: string): boolean {
  if (text.length < 12 || entropy(text) < 3) return false;
  return (text.match(DIGITS_BETWEEN)?.length ?? 0) >= 2 || (/[a-z]/.test(text) && looksShuffled(text));
}

function looksShuffled(text: string): boolean {
  if (!/[a-z]/.test(text) || !/[A-Z]/.test(text)) return false;
  const pieces = text.match(PIECE) ?? [];
  const letters = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return letters / Math.max(1, pieces.length) <= LONGEST_PIECE;
}
