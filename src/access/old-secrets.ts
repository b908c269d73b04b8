import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { SentinelError, systemCode } from '../lib/errors.ts';
import type { Store } from '../store/store.ts';
import { INSTANCE } from './audit.ts';
import type { Keyring } from './keyring.ts';
import { unsealBytes } from './seal.ts';
import { SECRET_NAME, type SecretStore } from './secret-store.ts';

const OldSecrets = z.object({
  v: z.literal(1),
  secrets: z.record(z.string(), z.object({ nonce: z.string(), data: z.string(), tag: z.string() })),
});

/**
 * Takes over the `secrets.json` of earlier releases and removes it. What cannot be opened is not lost: then the file stays as
 * `secrets.json.unreadable`. Returns how many were taken over.
 */
export async function takeOverOldSecrets(
  dataDir: string,
  parts: { store: Store; keys: Keyring; secrets: SecretStore },
): Promise<number> {
  const path = join(dataDir, 'secrets.json');
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    if (systemCode(cause) === 'ENOENT') return undefined;
    throw new SentinelError('data-dir', `${path} cannot be read (${systemCode(cause)}).`, { cause });
  });
  if (text === undefined) return 0;
  const { values, lost } = await openOld(text, parts.keys);
  await parts.store.write({ lane: 'interactive', durable: true }, async (write) => {
    const known = await write.tx
      .selectFrom('secret')
      .select('name')
      .where('project', '=', INSTANCE)
      .execute();
    const names = new Set(known.map((row) => row.name));
    // What was stored since then is newer.
    for (const [name, value] of values)
      if (!names.has(name)) await parts.secrets.set(write, { project: INSTANCE, name }, value, 'system');
  });
  if (lost) await rename(path, `${path}.unreadable`);
  else await rm(path, { force: true });
  return values.size;
}

async function openOld(text: string, keys: Keyring): Promise<{ values: Map<string, string>; lost: boolean }> {
  const values = new Map<string, string>();
  let file: z.infer<typeof OldSecrets>;
  try {
    file = OldSecrets.parse(JSON.parse(text));
  } catch {
    return { values, lost: true };
  }
  const key = await keys.mac('secrets');
  let lost = false;
  for (const [name, sealed] of Object.entries(file.secrets)) {
    try {
      if (!SECRET_NAME.test(name)) throw new SentinelError('wrong-key', 'Not a name of ours.');
      values.set(name, unsealBytes(key, name, sealed).toString('utf8'));
    } catch {
      lost = true;
    }
  }
  return { values, lost };
}
