import { CREDENTIAL_CONTEXT } from '../credential-context.ts';
import { GENERIC_PASSWORD, GENERIC_SECRET } from '../generic.ts';
import type { SecretRule } from '../rule.ts';
import { CLOUD_RULES } from './cloud.ts';

/** Rules with a format of their own: providers first, then places in known file formats. */
export const FORMAT_RULES: readonly SecretRule[] = [...CLOUD_RULES];

/** Every rule that can be reported. */
export const ALL_RULES: readonly SecretRule[] = [
  ...FORMAT_RULES,
  GENERIC_PASSWORD,
  GENERIC_SECRET,
  CREDENTIAL_CONTEXT,
];
