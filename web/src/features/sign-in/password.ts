export const PASSWORD_MIN = 12;

export type Strength = 'short' | 'weak' | 'fair' | 'strong';

/** A rough estimate for the meter beside the field; what counts is what the server accepts. */
export function passwordStrength(password: string, login: string): Strength {
  if (password.length < PASSWORD_MIN) return 'short';
  const bits = variedLength(password) * Math.log2(poolSize(password));
  const named = login.length > 2 && password.toLowerCase().includes(login.toLowerCase());
  if (named || bits < 50) return 'weak';
  return bits < 75 ? 'fair' : 'strong';
}

/** Length without characters that repeat or continue the one before: `aaaa` and `1234` add nothing. */
function variedLength(password: string): number {
  let length = 1;
  for (let at = 1; at < password.length; at++) {
    const step = password.charCodeAt(at) - password.charCodeAt(at - 1);
    if (Math.abs(step) > 1) length += 1;
  }
  return Math.min(length, new Set(password).size * 2);
}

function poolSize(password: string): number {
  let size = 0;
  if (/[a-z]/.test(password)) size += 26;
  if (/[A-Z]/.test(password)) size += 26;
  if (/[0-9]/.test(password)) size += 10;
  if (/[^a-zA-Z0-9]/.test(password)) size += 30;
  return Math.max(size, 2);
}
