/** Puts a blob that never ends, until it is killed. */
import { openDiskBlobs } from '../../src/blobs/disk-blobs.ts';

const [folder = ''] = process.argv.slice(2);
async function* endless() {
  for (let count = 0; ; count += 1) {
    yield Buffer.alloc(64 * 1024, 1);
    if (count === 10) process.stdout.write('writing\n');
    if (count > 10) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
await openDiskBlobs(folder).put(endless());
