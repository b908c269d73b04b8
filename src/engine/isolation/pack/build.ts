/** A process of its own, `node build.ts TASK FOLDER`: packs the program of one task. The bundler's memory ends with it. */
import { existsSync } from 'node:fs';
import { setPriority } from 'node:os';
import { buildPack } from './build-pack.ts';

const [task = '', folder = ''] = process.argv.slice(2);
// Behind everything that somebody waits for.
setPriority(10);
setTimeout(() => process.exit(1), 60_000).unref();
// A data folder that is gone meanwhile is not made again.
if (existsSync(folder)) await buildPack(task, folder);
