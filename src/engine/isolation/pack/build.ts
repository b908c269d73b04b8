/** A process of its own, `node build.ts TASK FOLDER`: packs the program of one task. The bundler's memory ends with it. */
import { setPriority } from 'node:os';
import { buildPack } from './build-pack.ts';

const [task = '', folder = ''] = process.argv.slice(2);
// Behind everything that somebody waits for.
setPriority(10);
setTimeout(() => process.exit(1), 60_000).unref();
await buildPack(task, folder);
