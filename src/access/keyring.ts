import { randomBytes } from 'node:crypto';
import { type Kysely, sql, type Transaction } from 'kysely';
import * as z from 'zod';
import { SentinelError } from '../lib/errors.ts';
import type { Database } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { derive, keyId } from './instance-key.ts';
import type { KeySource } from './key-source.ts';
import { sealBytes, unsealBytes } from './seal.ts';

type Db = Kysely<Database> | Transaction<Database>;

/** A sealed value, and the key that sealed it. */
export interface Sealed {
  key: string;
  nonce: string;
  data: string;
  tag: string;
}

export type Keyring = Awaited<ReturnType<typeof openKeyring>>;

interface Ring {
  /** Id of the key of the instance that the others are wrapped with. */
  master: string;
  /** What the HMAC keys (fingerprints, audit chain) are derived from: it never changes. */
  root: Buffer;
  sealing: ReadonlyMap<string, Buffer>;
  /** What seals from now on. */
  current: string;
}

const Wrapped = z.object({ master: z.string(), nonce: z.string(), data: z.string(), tag: z.string() });
const PREFIX = 'key.';
const ROOT = 'key.root';
const CURRENT = 'key.current';
export const ROTATION = 'key.rotation';
const sealingName = (id: string) => `key.seal.${id}`;
/** Sealing and the change of keys take turns (SQLite has one writer anyway). */
const KEY_LOCK = 7358203;

/**
 * The keys of this instance, in the store, wrapped with the key from the key source. Values are sealed with keys of their own,
 * so that these can be changed while the HMAC keys stay what they are.
 */
export async function openKeyring(store: Store, source: KeySource) {
  let ring = await load();

  async function load(): Promise<Ring> {
    for (let attempt = 0; ; attempt += 1) {
      const rows = await readRows(store.db);
      if (rows.size > 0) return unwrap(rows);
      if (attempt > 0) throw new SentinelError('internal', 'The keys were not stored.');
      await create();
    }
  }

  async function create(): Promise<void> {
    const master = await source.current();
    await store.write({ lane: 'interactive', durable: true }, async ({ tx }) => {
      await lockKeys(tx, store.dialect);
      if ((await readRows(tx)).size > 0) return;
      // The root is the first key itself: what was derived from it before there was a ring stays the same.
      await put(tx, ROOT, await wrap(master, ROOT, master));
      await addSealingKey(tx, master);
    });
  }

  async function unwrap(rows: ReadonlyMap<string, string>): Promise<Ring> {
    const root = parseWrapped(rows.get(ROOT));
    const master = await source.find(root.master);
    if (!master)
      throw new SentinelError(
        'wrong-key',
        `The keys in the database belong to another instance key than the one of ${source.name}.`,
      );
    const wrapping = await derive(master, 'wrap');
    const sealing = new Map<string, Buffer>();
    for (const [name, value] of rows)
      if (name.startsWith(sealingName('')))
        sealing.set(name.slice(sealingName('').length), unsealBytes(wrapping, name, parseWrapped(value)));
    return {
      master: root.master,
      root: unsealBytes(wrapping, ROOT, root),
      sealing,
      current: rows.get(CURRENT) ?? '',
    };
  }

  async function keyOf(id: string): Promise<Buffer> {
    const known = ring.sealing.get(id);
    if (known) return known;
    // Another process may have changed the keys.
    ring = await load();
    const key = ring.sealing.get(id);
    if (!key) throw new SentinelError('wrong-key', `The key ${id} that sealed it is not there any more.`);
    return key;
  }

  async function open(context: string, sealed: Sealed): Promise<string> {
    return unsealBytes(await keyOf(sealed.key), context, sealed).toString('utf8');
  }

  return {
    /** 32 bytes that stay the same for ever: for fingerprints, the audit chain. */
    mac: (purpose: string) => derive(ring.root, purpose),

    /** In the transaction that stores it: what is sealed with a key that is just being dropped would be lost. */
    async seal(tx: Transaction<Database>, context: string, value: string): Promise<Sealed> {
      await lockKeys(tx, store.dialect);
      const current = await currentKey(tx);
      // Inside of a transaction the other connection may not see its newest rows: they are read here.
      if (!ring.sealing.has(current)) ring = await unwrap(await readRows(tx));
      return { key: current, ...sealBytes(await keyOf(current), context, Buffer.from(value)) };
    },

    open,

    /** Reads and opens. Between the two the keys may change, and the value has been sealed anew: then once more. */
    async read(context: string, row: () => Promise<Sealed | undefined>): Promise<string | undefined> {
      const first = await row();
      if (!first) return undefined;
      try {
        return await open(context, first);
      } catch (error) {
        const second = await row();
        if (!second || second.key === first.key) throw error;
        return open(context, second);
      }
    },

    /** Makes a new sealing key the current one. Old ones stay until `dropUnused`. */
    async turn(tx: Transaction<Database>): Promise<string> {
      await lockKeys(tx, store.dialect);
      const rows = await readRows(tx);
      const master = await source.find(parseWrapped(rows.get(ROOT)).master);
      if (!master) throw new SentinelError('wrong-key', `The key of ${source.name} has changed.`);
      return addSealingKey(tx, master);
    },

    /** Forgets the sealing keys that are not among those in use. */
    async dropUnused(tx: Transaction<Database>, used: ReadonlySet<string>): Promise<number> {
      const current = await currentKey(tx);
      let dropped = 0;
      for (const name of (await readRows(tx)).keys()) {
        const id = name.startsWith(sealingName('')) ? name.slice(sealingName('').length) : undefined;
        if (id === undefined || id === current || used.has(id)) continue;
        await tx.deleteFrom('meta').where('key', '=', name).execute();
        dropped += 1;
      }
      return dropped;
    },

    /** Wraps all keys anew, with the source's present key or with one that it keeps from now on. */
    async rewrap(master?: Buffer): Promise<void> {
      const fresh = master ?? (await source.current());
      await store.write({ lane: 'interactive', durable: true }, async ({ tx }) => {
        await lockKeys(tx, store.dialect);
        // In here, because another process that tidies up at the same time must not take it for a left-over.
        if (master) await source.file?.add(master);
        const rows = await readRows(tx);
        const { root, sealing, master: before } = await unwrap(rows);
        if (before === keyId(fresh)) return;
        await put(tx, ROOT, await wrap(fresh, ROOT, root));
        for (const [id, key] of sealing) {
          const name = sealingName(id);
          await put(tx, name, await wrap(fresh, name, key));
        }
      });
      // In a transaction, because only one process at a time may tidy up, and by what counts then.
      await store.write({ lane: 'interactive' }, async ({ tx }) => {
        await lockKeys(tx, store.dialect);
        await source.file?.settle(parseWrapped((await readRows(tx)).get(ROOT)).master);
      });
      ring = await load();
    },

    source,
    lock: (tx: Transaction<Database>) => lockKeys(tx, store.dialect),
    current: currentKey,
    /** True when the keys are wrapped with another key than the source has now. */
    outdated: async () => ring.master !== keyId(await source.current()),
  };
}

async function addSealingKey(tx: Transaction<Database>, master: Buffer): Promise<string> {
  const key = randomBytes(32);
  const id = keyId(key);
  await put(tx, sealingName(id), await wrap(master, sealingName(id), key));
  await put(tx, CURRENT, id);
  return id;
}

async function currentKey(tx: Transaction<Database>): Promise<string> {
  const row = await tx.selectFrom('meta').select('value').where('key', '=', CURRENT).executeTakeFirst();
  if (!row) throw new SentinelError('internal', 'There is no current key.');
  return row.value;
}

async function wrap(master: Buffer, name: string, key: Buffer): Promise<string> {
  return JSON.stringify({ master: keyId(master), ...sealBytes(await derive(master, 'wrap'), name, key) });
}

function parseWrapped(text: string | undefined): z.infer<typeof Wrapped> {
  const parsed = Wrapped.safeParse(text === undefined ? undefined : JSON.parse(text));
  if (parsed.success) return parsed.data;
  throw new SentinelError('store-broken', 'The keys in the database are damaged.');
}

async function readRows(db: Db): Promise<Map<string, string>> {
  const rows = await db.selectFrom('meta').selectAll().where('key', 'like', `${PREFIX}%`).execute();
  return new Map(rows.filter((row) => row.key !== ROTATION).map((row) => [row.key, row.value]));
}

async function put(tx: Transaction<Database>, key: string, value: string): Promise<void> {
  await tx
    .insertInto('meta')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}

async function lockKeys(tx: Transaction<Database>, dialect: Store['dialect']): Promise<void> {
  if (dialect === 'postgres') await sql`select pg_advisory_xact_lock(${KEY_LOCK})`.execute(tx);
}
