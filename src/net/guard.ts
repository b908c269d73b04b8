import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { SentinelError, systemCode } from '../lib/errors.ts';
import { namesAddress, type ScopeEntry } from './scope.ts';
import { isSpecial } from './special-addresses.ts';

export interface CheckedAddress {
  address: string;
  family: 4 | 6;
}

export type Resolve = (host: string) => Promise<CheckedAddress[]>;

/**
 * Resolves a host once and gives the addresses to connect to: the caller must use exactly these, so that a name that
 * changes between check and use (DNS rebinding) gains nothing. Every answer of the resolver must pass.
 */
export async function checkedAddresses(
  entries: readonly ScopeEntry[],
  host: string,
  resolve: Resolve = resolveByName,
): Promise<CheckedAddress[]> {
  const family = isIP(host);
  const answers = family === 0 ? await resolve(host) : [{ address: host, family: family as 4 | 6 }];
  if (answers.length === 0) throw new SentinelError('target-unreachable', `${host} has no address.`);
  for (const { address } of answers) {
    if (isSpecial(address) && !namesAddress(entries, address, host)) {
      throw new SentinelError(
        'out-of-scope',
        `${host} leads to ${address}, which is not a public address and is not named in the scope.`,
      );
    }
  }
  return answers;
}

/** A lookup for node:net that knows only the addresses that were checked, whatever it is asked for. */
export function pinnedLookup(addresses: readonly CheckedAddress[]): LookupFunction {
  return (_host, options, callback) => {
    const first = addresses[0];
    if (!first) callback(new Error('no checked address'), '', 0);
    else if (options.all) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}

async function resolveByName(host: string): Promise<CheckedAddress[]> {
  try {
    const answers = await lookup(host, { all: true, verbatim: true });
    return answers.map((answer) => ({ address: answer.address, family: answer.family as 4 | 6 }));
  } catch (cause) {
    const reason = systemCode(cause) ?? 'unknown reason';
    throw new SentinelError('target-unreachable', `The name ${host} cannot be resolved (${reason}).`, {
      cause,
    });
  }
}
