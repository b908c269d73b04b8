import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { SentinelError, systemCode } from '../lib/errors.ts';
import { namesAddress, plainHost, type ScopeEntry } from './scope.ts';

/** Addresses that are not on the public internet (IANA special-purpose registries), as subnets. */
const SPECIAL: readonly [string, number, 'ipv4' | 'ipv6'][] = [
  ['0.0.0.0', 8, 'ipv4'], ['10.0.0.0', 8, 'ipv4'], ['100.64.0.0', 10, 'ipv4'], ['127.0.0.0', 8, 'ipv4'], ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'], ['192.0.0.0', 24, 'ipv4'], ['192.0.2.0', 24, 'ipv4'], ['192.88.99.0', 24, 'ipv4'], ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'], ['198.51.100.0', 24, 'ipv4'], ['203.0.113.0', 24, 'ipv4'], ['224.0.0.0', 4, 'ipv4'], ['240.0.0.0', 4, 'ipv4'],
  ['::', 96, 'ipv6'], ['::1', 128, 'ipv6'], ['::ffff:0:0', 96, 'ipv6'], ['64:ff9b::', 96, 'ipv6'], ['64:ff9b:1::', 48, 'ipv6'], ['100::', 64, 'ipv6'],
  ['2001::', 23, 'ipv6'], ['2001:db8::', 32, 'ipv6'], ['2002::', 16, 'ipv6'], ['fc00::', 7, 'ipv6'], ['fe80::', 10, 'ipv6'], ['ff00::', 8, 'ipv6'],
];

export interface CheckedAddress {
  address: string;
  family: 4 | 6;
}

/**
 * Resolves a host once and gives the address to connect to: the caller must use exactly this one, so that a name that changes
 * between check and use (DNS rebinding) gains nothing. Every answer of the resolver must pass.
 */
export async function checkedAddress(entries: readonly ScopeEntry[], url: URL): Promise<CheckedAddress> {
  const host = plainHost(url.hostname);
  const answers = await resolveAll(host);
  for (const { address } of answers) {
    if (isSpecial(address) && !namesAddress(entries, address, host)) {
      throw new SentinelError('out-of-scope', `${host} leads to ${address}, which is not a public address and is not named in the scope.`);
    }
  }
  const first = answers[0];
  if (!first) throw new SentinelError('target-unreachable', `${host} has no address.`);
  return first;
}

export function isSpecial(address: string): boolean {
  const list = new BlockList();
  for (const [net, bits, family] of SPECIAL) list.addSubnet(net, bits, family);
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

async function resolveAll(host: string): Promise<CheckedAddress[]> {
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family: family as 4 | 6 }];
  try {
    return (await lookup(host, { all: true, verbatim: true })).map((answer) => ({ address: answer.address, family: answer.family as 4 | 6 }));
  } catch (cause) {
    throw new SentinelError('target-unreachable', `The name ${host} cannot be resolved (${systemCode(cause) ?? 'unknown reason'}).`, { cause });
  }
}
