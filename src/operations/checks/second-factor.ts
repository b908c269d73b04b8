import type { Services } from '../services.ts';
import { type Check, ok, warn } from './check.ts';

/** A misspelt role would demand nothing of anybody, without a word. */
export async function checkSecondFactor({ grants, secondFactorRule }: Services): Promise<Check> {
  const { roles } = secondFactorRule;
  if (roles.length === 0) return ok('second factor', 'is not demanded of anybody (auth.secondFactorFor)');
  const known = await grants.roles();
  const unknown = roles.filter((role) => role !== '*' && !known.has(role));
  if (unknown.length > 0)
    return warn(
      'second factor',
      `auth.secondFactorFor names roles that do not exist: ${unknown.join(', ')}`,
      `Correct them; there are: ${[...known.keys()].sort().join(', ')}.`,
    );
  return ok('second factor', `is demanded of ${roles.includes('*') ? 'everybody' : roles.join(', ')}`);
}
