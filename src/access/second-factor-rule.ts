import type { Grants } from './grants.ts';
import type { SecondFactors } from './second-factors.ts';
import type { Session } from './sessions.ts';

/** What a session still lacks: `enrol` when the account has no second factor yet, `prove` when it has one that was not shown. */
export type FactorDue = 'enrol' | 'prove';

/** In place of the name of a role. */
export const EVERYBODY = '*';
/** Added to the method of a session whose provider of single sign-on says that it has seen a second factor. */
export const BY_PROVIDER = 'mfa';
const SHOWN = /(?:^|\+)(?:totp|recovery-code|passkey|mfa)(?:\+|$)/;

export type SecondFactorRule = ReturnType<typeof openSecondFactorRule>;

/**
 * Of whom a second factor is demanded: who holds one of these roles anywhere, or everybody. It counts for sessions of people;
 * tokens are made by a session that had shown one.
 */
export function openSecondFactorRule(
  roles: readonly string[],
  grants: Pick<Grants, 'rolesOf'>,
  factors: Pick<SecondFactors, 'methods'>,
) {
  const all = roles.includes(EVERYBODY);

  async function concerns(user: string): Promise<boolean> {
    if (all || roles.length === 0) return all;
    const held = await grants.rolesOf(user);
    return roles.some((role) => held.has(role));
  }

  return {
    /** As they are configured; one that does not exist demands nothing of anybody. */
    roles,
    concerns,
    /** Undefined: nothing is missing. Looked at with each request: a role that somebody gets counts at once. */
    async due({ user, method }: Pick<Session, 'user' | 'method'>): Promise<FactorDue | undefined> {
      if (hasShown(method) || !(await concerns(user))) return undefined;
      return (await factors.methods(user)).length > 0 ? 'prove' : 'enrol';
    },
  };
}

/** Whether whoever opened the session has shown more than a password. A passkey is two factors: it asks for its owner. */
export function hasShown(method: string): boolean {
  return SHOWN.test(method);
}
