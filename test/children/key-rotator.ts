/** Changes the keys, row by row, until it is killed. */
import { keySource } from '../../src/access/key-source.ts';
import { openKeyring } from '../../src/access/keyring.ts';
import { beginRotation, workOnRotation } from '../../src/access/rotation/rotate.ts';
import { openStore } from '../../src/store/open.ts';

const [dataDir = ''] = process.argv.slice(2);
const store = await openStore({ dataDir });
const keys = await openKeyring(store, keySource({}, dataDir));
const parts = { store, keys, worker: `child-${process.pid}`, lives: async () => false };
process.stdout.write('started\n');
for (;;) {
  await store.write({ lane: 'interactive', durable: true }, (write) => beginRotation(write, keys, 'test'));
  await workOnRotation(parts, new AbortController().signal, 1);
}
