/** Changes the keys, row by row, until it is killed. */
import { keySource } from '../../src/access/key-source.ts';
import { openKeyring } from '../../src/access/keyring.ts';
import { rotateKeys } from '../../src/access/rotate.ts';
import { openStore } from '../../src/store/open.ts';

const [dataDir = ''] = process.argv.slice(2);
const store = await openStore({ dataDir });
const keys = await openKeyring(store, keySource({}, dataDir));
process.stdout.write('started\n');
for (;;) await rotateKeys(store, keys, 1);
