import { SentinelError } from '../lib/errors.ts';
import type { Sealed } from './keyring.ts';

/** A sealed value in one column, such as `totp.secret`: `v1.<key>.<nonce>.<data>.<tag>`. */
export function packSealed({ key, nonce, data, tag }: Sealed): string {
  return ['v1', key, nonce, data, tag].join('.');
}

export function unpackSealed(text: string): Sealed {
  const [version, key, nonce, data, tag, ...rest] = text.split('.');
  if (version !== 'v1' || !key || !nonce || data === undefined || !tag || rest.length > 0)
    throw new SentinelError('store-broken', 'A sealed value is damaged.');
  return { key, nonce, data, tag };
}

/** What the seal of a second factor is bound to. */
export function totpContext(user: string): string {
  return JSON.stringify(['totp', user]);
}
