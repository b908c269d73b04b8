/** A configuration names a secret and never holds it: `secret:openai`. */
export const SECRET_REF = /^secret:[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

export function secretName(reference: string): string | undefined {
  return SECRET_REF.test(reference) ? reference.slice('secret:'.length) : undefined;
}
