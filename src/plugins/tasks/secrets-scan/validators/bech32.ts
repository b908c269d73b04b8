import type { Match, Verdict } from '../rule.ts';

const DIGITS = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/** Bech32 (BIP 173), as age writes its keys: the last six characters are a checksum. */
export function bech32({ value }: Match): Verdict {
  const text = value.toLowerCase();
  const cut = text.lastIndexOf('1');
  const data = [...text.slice(cut + 1)].map((letter) => DIGITS.indexOf(letter));
  if (data.includes(-1)) return false;
  return polymod([...expanded(text.slice(0, cut)), ...data]) === 1 ? { confidence: 'high' } : false;
}

/** `prefix`, `1`, the data (five bits each) and the checksum. */
export function bech32Encode(prefix: string, data: readonly number[]): string {
  const sum = polymod([...expanded(prefix), ...data, 0, 0, 0, 0, 0, 0]) ^ 1;
  const check = [25, 20, 15, 10, 5, 0].map((shift) => (sum >>> shift) & 31);
  return `${prefix}1${[...data, ...check].map((digit) => DIGITS[digit]).join('')}`;
}

function expanded(prefix: string): number[] {
  const codes = [...prefix].map((letter) => letter.charCodeAt(0));
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
}

function polymod(values: readonly number[]): number {
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (let bit = 0; bit < 5; bit++) if ((top >> bit) & 1) sum ^= GENERATOR[bit] as number;
  }
  return sum >>> 0;
}
