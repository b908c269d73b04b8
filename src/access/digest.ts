import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** SHA-256, hex: what the store keeps of cookies, tokens and codes. */
export function digest(value: string): string {
  return hash('sha256', value, 'hex');
}

/** Takes the same time whatever differs. */
export function sameText(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(digest(a)), Buffer.from(digest(b)));
}

/** `bytes` random bytes, base64url. */
export function randomText(bytes = 32): string {
  return randomBytes(bytes).toString('base64url');
}
