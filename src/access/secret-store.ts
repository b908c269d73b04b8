import { SentinelError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import type { Store, WriteContext } from '../store/store.ts';
import { appendAudit } from './audit.ts';
import type { Keyring, Sealed } from './keyring.ts';

export const SECRET_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
export const MAX_SECRET_BYTES = 64 * 1024;

export interface SecretEntry {
  name: string;
  created: number;
  updated: number;
  /** Who stored it last. */
  actor: string;
}

/** Where a secret is: a project, or `global` for what belongs to the whole instance. */
export interface SecretPlace {
  project: string;
  name: string;
}

/** Who gets to know a value, and what for; both go to the audit log. */
export interface SecretReader {
  actor: string;
  /** `run:<id>`, or the part of the host that needs it. */
  via: string;
  purpose: string;
}

export interface SecretStoreParts {
  store: Store;
  keys: Keyring;
  audit: { key: Buffer; dialect: Store['dialect'] };
}

export type SecretStore = ReturnType<typeof openSecretStore>;

/** Named secrets, each sealed for its project and name. A value leaves only through `read`, which is audited. */
export function openSecretStore({ store, keys, audit }: SecretStoreParts) {
  return {
    /** Names, never values. */
    list(project: string): Promise<SecretEntry[]> {
      return store.db
        .selectFrom('secret')
        .select(['name', 'created', 'updated', 'actor'])
        .where('project', '=', project)
        .orderBy('name')
        .execute();
    },

    async set(
      { tx, emit }: WriteContext,
      place: SecretPlace,
      value: string,
      actor: string,
    ): Promise<'created' | 'replaced'> {
      checkSecret(place.name, value);
      const sealed = await keys.seal(tx, contextOf(place), value);
      const now = Date.now();
      const known = await tx
        .selectFrom('secret')
        .select('id')
        .where('project', '=', place.project)
        .where('name', '=', place.name)
        .executeTakeFirst();
      const id = known?.id ?? newId('sec');
      if (known)
        await tx
          .updateTable('secret')
          .set({ ...sealed, updated: now, actor })
          .where('id', '=', id)
          .execute();
      else
        await tx
          .insertInto('secret')
          .values({ id, ...place, ...sealed, created: now, updated: now, actor })
          .execute();
      emit({ type: 'secret.stored', project: place.project, actor, subject: id, data: { name: place.name } });
      return known ? 'replaced' : 'created';
    },

    /** False when there was none. */
    async remove({ tx, emit }: WriteContext, place: SecretPlace, actor: string): Promise<boolean> {
      const known = await tx
        .selectFrom('secret')
        .select('id')
        .where('project', '=', place.project)
        .where('name', '=', place.name)
        .executeTakeFirst();
      if (!known) return false;
      await tx.deleteFrom('secret').where('id', '=', known.id).execute();
      emit({
        type: 'secret.removed',
        project: place.project,
        actor,
        subject: known.id,
        data: { name: place.name },
      });
      return true;
    },

    async has(place: SecretPlace): Promise<boolean> {
      return (await find(store, place)) !== undefined;
    },

    /** The value. The entry in the audit log is on disk before it is handed out. */
    async read(place: SecretPlace, reader: SecretReader): Promise<string> {
      let id: string | undefined;
      const value = await open(keys, place, async () => {
        const row = await find(store, place);
        id = row?.id;
        return row;
      });
      await store.write({ lane: 'interactive', durable: true }, (write) =>
        appendAudit(write, audit, {
          actor: reader.actor,
          via: reader.via,
          address: '',
          request: '',
          operation: 'secret.read',
          project: place.project,
          subject: id ?? place.name,
          outcome: value === undefined ? 'failed' : 'done',
          code: value === undefined ? 'not-found' : null,
          after: { name: place.name, for: reader.purpose },
        }),
      );
      if (value === undefined) throw new SentinelError('not-found', `There is no secret '${place.name}'.`);
      return value;
    },
  };
}

/** What the seal of a secret is bound to. */
export function contextOf({ project, name }: SecretPlace): string {
  return JSON.stringify(['secret', project, name]);
}

export function checkSecret(name: string, value: string): void {
  if (!SECRET_NAME.test(name))
    throw new SentinelError(
      'invalid-parameter',
      'A secret is named with letters, digits, dot, dash and underscore, at most 100.',
      { fields: [{ field: 'name', message: 'expects a name of a secret', example: 'openai' }] },
    );
  if (value === '' || Buffer.byteLength(value) > MAX_SECRET_BYTES)
    throw new SentinelError('invalid-parameter', 'value: expects 1 to 65536 bytes.', {
      fields: [{ field: 'value', message: 'expects 1 to 65536 bytes' }],
    });
}

function find(store: Store, { project, name }: SecretPlace): Promise<(Sealed & { id: string }) | undefined> {
  return store.db
    .selectFrom('secret')
    .select(['id', 'key', 'nonce', 'data', 'tag'])
    .where('project', '=', project)
    .where('name', '=', name)
    .executeTakeFirst();
}

async function open(
  keys: Keyring,
  place: SecretPlace,
  row: () => Promise<Sealed | undefined>,
): Promise<string | undefined> {
  try {
    return await keys.read(contextOf(place), row);
  } catch (error) {
    if (error instanceof SentinelError && error.code === 'wrong-key')
      throw new SentinelError('wrong-key', `The secret '${place.name}' cannot be opened. Store it again.`);
    throw error;
  }
}
