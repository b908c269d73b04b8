import { BlockList, isIP } from 'node:net';
import type { Selectable } from 'kysely';
import { SentinelError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { visibleText } from '../lib/visible-text.ts';
import type { Permission } from '../model/permission.ts';
import type { Database } from '../store/schema.ts';
import type { Store, WriteContext } from '../store/store.ts';
import { type AccessCache, accessChanged } from './access-version.ts';
import { type Account, toAccount } from './accounts.ts';
import { digest, randomText } from './digest.ts';
import { permissionList } from './grants.ts';

export type TokenRow = Selectable<Database['token']>;

/** How a token is seen; its value is shown once, when it is made. */
export interface Token {
  id: string;
  name: string;
  owner: string;
  /** Null: whatever its owner may do. */
  permissions: Permission[] | null;
  /** Null: every project of its owner. */
  project: string | null;
  /** Addresses and networks that may use it; empty: all. */
  addresses: string[];
  created: number;
  expires: number | null;
  used: number | null;
  usedFrom: string | null;
  revoked: number | null;
}

export interface NewToken {
  owner: string;
  name: string;
  permissions: readonly Permission[] | null;
  project: string | null;
  addresses: readonly string[];
  expires: number | null;
}

/** Marks our tokens for secret scanners; the rest is 32 random bytes. */
const PREFIX = 'sxt_';
const TOUCH_MS = 60_000;

export type Tokens = ReturnType<typeof openTokens>;

export function openTokens(store: Store, cache: AccessCache) {
  const touched = new Map<string, number>();

  /** Returns the value, which is stored nowhere. */
  async function create(
    context: WriteContext,
    input: NewToken,
    actor: string,
  ): Promise<{ token: Token; value: string }> {
    addressList(input.addresses);
    const value = `${PREFIX}${randomText()}`;
    const row: TokenRow = {
      id: newId('tok'),
      hash: digest(value),
      owner: input.owner,
      name: visibleText(input.name),
      permissions: JSON.stringify(input.permissions ?? '*'),
      project: input.project,
      addresses: JSON.stringify(input.addresses),
      created: Date.now(),
      expires: input.expires,
      used: null,
      used_from: null,
      revoked: null,
      actor,
    };
    await context.tx.insertInto('token').values(row).execute();
    await accessChanged(context);
    return { token: toToken(row), value };
  }

  /** Whose token it is. Throws `unauthenticated` when it is unknown, revoked, expired or used from elsewhere. */
  async function find(value: string, address: string): Promise<{ token: Token; account: Account }> {
    const hash = digest(value);
    const found = await cache.get(`token:${hash}`, async () => {
      const token = await store.db
        .selectFrom('token')
        .selectAll()
        .where('hash', '=', hash)
        .executeTakeFirst();
      if (!token || token.revoked !== null) return undefined;
      const owner = await store.db
        .selectFrom('user_account')
        .selectAll()
        .where('id', '=', token.owner)
        .where('disabled', '=', 0)
        .executeTakeFirst();
      if (!owner) return undefined;
      const shown = toToken(token);
      return { token: shown, account: toAccount(owner), allowed: addressList(shown.addresses) };
    });
    const now = Date.now();
    if (!found || (found.token.expires !== null && found.token.expires <= now))
      throw new SentinelError('unauthenticated', 'The token is not valid, or has expired or been revoked.');
    if (found.allowed && !found.allowed.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'))
      throw new SentinelError('unauthenticated', `The token may not be used from ${address}.`);
    await touch(found.token, address, now);
    return found;
  }

  async function touch(token: Token, address: string, now: number): Promise<void> {
    if (now - Math.max(token.used ?? 0, touched.get(token.id) ?? 0) < TOUCH_MS) return;
    if (touched.size > 10_000) touched.clear();
    touched.set(token.id, now);
    await store.write({ lane: 'interactive' }, ({ tx }) =>
      tx.updateTable('token').set({ used: now, used_from: address }).where('id', '=', token.id).execute(),
    );
  }

  /** Of one owner, or of all; revoked ones are left out. */
  async function list(owner?: string): Promise<Token[]> {
    let query = store.db.selectFrom('token').selectAll().where('revoked', 'is', null);
    if (owner !== undefined) query = query.where('owner', '=', owner);
    return (await query.orderBy('id', 'desc').execute()).map(toToken);
  }

  async function revoke(context: WriteContext, id: string, owner?: string): Promise<Token> {
    let query = context.tx.selectFrom('token').selectAll().where('id', '=', id).where('revoked', 'is', null);
    if (owner !== undefined) query = query.where('owner', '=', owner);
    const row = await query.executeTakeFirst();
    if (!row) throw new SentinelError('not-found', `There is no token ${id}.`);
    await context.tx.updateTable('token').set({ revoked: Date.now() }).where('id', '=', id).execute();
    await accessChanged(context);
    return toToken(row);
  }

  return { create, find, list, revoke };
}

export function toToken(row: TokenRow): Token {
  return {
    id: row.id,
    name: row.name,
    owner: row.owner,
    permissions: row.permissions === '"*"' ? null : permissionList(row.permissions),
    project: row.project,
    addresses: JSON.parse(row.addresses),
    created: row.created,
    expires: row.expires,
    used: row.used,
    usedFrom: row.used_from,
    revoked: row.revoked,
  };
}

/** Null when everything is allowed. Throws `invalid-parameter` for what is no address or network. */
function addressList(addresses: readonly string[]): BlockList | null {
  if (addresses.length === 0) return null;
  const list = new BlockList();
  for (const entry of addresses) {
    const [address = '', prefix] = entry.split('/');
    const family = isIP(address);
    const bits = prefix === undefined ? undefined : Number(prefix);
    const most = family === 6 ? 128 : 32;
    if (family === 0 || (bits !== undefined && !(Number.isInteger(bits) && bits >= 0 && bits <= most)))
      throw new SentinelError('invalid-parameter', `addresses: '${entry}' is no address and no network.`, {
        fields: [
          { field: 'addresses', message: `'${entry}' is no address and no network`, example: '10.0.0.0/8' },
        ],
      });
    const type = family === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, type);
    else list.addSubnet(address, bits, type);
  }
  return list;
}
