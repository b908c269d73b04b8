import { BlockList, isIP } from 'node:net';

type Family = 'ipv4' | 'ipv6';

/**
 * Addresses that are not on the public internet (IANA special-purpose registries), multicast, and addresses through which
 * a cloud talks to its own machines.
 */
const SUBNETS: readonly [net: string, bits: number, family: Family][] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  // Azure's host agent answers here, from inside its machines only.
  ['168.63.129.16', 32, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.88.99.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
  ['::', 96, 'ipv6'],
  ['::ffff:0:0', 96, 'ipv6'],
  ['::ffff:0:0:0', 96, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['100::', 64, 'ipv6'],
  ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['3fff::', 20, 'ipv6'],
  ['5f00::', 16, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['fec0::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];

/** One list per subnet: to know in which one an address lies is what tells a named private network from `0.0.0.0/0`. */
const LISTS = SUBNETS.map(([net, bits, family]) => ({ list: subnet(net, bits, family), bits, family }));

export function isSpecial(address: string): boolean {
  const family = familyOf(address);
  return LISTS.some((one) => one.family === family && one.list.check(address, family));
}

/** True when the network lies as a whole in one special range: someone who wrote it meant addresses that are not public. */
export function isSpecialNetwork(address: string, bits: number): boolean {
  const family = familyOf(address);
  return LISTS.some((one) => one.family === family && bits >= one.bits && one.list.check(address, family));
}

export function subnet(address: string, bits: number, family: Family): BlockList {
  const list = new BlockList();
  list.addSubnet(address, bits, family);
  return list;
}

export function familyOf(address: string): Family {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
