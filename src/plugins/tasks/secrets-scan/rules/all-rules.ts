import { CREDENTIAL_CONTEXT } from '../credential-context.ts';
import { GENERIC_PASSWORD, GENERIC_SECRET } from '../generic.ts';
import type { SecretRule } from '../rule.ts';
import { AI_RULES } from './ai.ts';
import { CLOUD_RULES } from './cloud.ts';
import { CODE_HOSTING_RULES } from './code-hosting.ts';
import { COMMUNICATION_RULES } from './communication.ts';
import { CONFIG_FORMAT_RULES } from './config-formats.ts';
import { CONNECTION_RULES } from './connections.ts';
import { KEY_RULES } from './keys.ts';
import { MONITORING_RULES } from './monitoring.ts';
import { PASSWORD_HASH_RULES } from './password-hashes.ts';
import { PAYMENT_RULES } from './payment.ts';
import { WEB_SERVICE_RULES } from './web-services.ts';

/** Rules with a format of their own: providers first, then places in known file formats. */
export const FORMAT_RULES: readonly SecretRule[] = [
  ...CLOUD_RULES,
  ...CODE_HOSTING_RULES,
  ...COMMUNICATION_RULES,
  ...PAYMENT_RULES,
  ...AI_RULES,
  ...MONITORING_RULES,
  ...WEB_SERVICE_RULES,
  ...KEY_RULES,
  ...CONFIG_FORMAT_RULES,
  ...CONNECTION_RULES,
  ...PASSWORD_HASH_RULES,
];

/** Every rule that can be reported. */
export const ALL_RULES: readonly SecretRule[] = [
  ...FORMAT_RULES,
  GENERIC_PASSWORD,
  GENERIC_SECRET,
  CREDENTIAL_CONTEXT,
];
