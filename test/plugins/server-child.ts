/** A server that a test ends the hard way. */
import { startOn } from './helper.ts';

const [dataDir = '', ...plugins] = process.argv.slice(2);
await startOn(dataDir, plugins);
process.stdout.write('started\n');
