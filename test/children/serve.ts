/** Starts the product that lies in a folder with a configuration file, logging all that it can; ends on SIGTERM. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [product = '', file = ''] = process.argv.slice(2);
const load = <T>(path: string): Promise<T> => import(pathToFileURL(join(product, 'src', path)).href);
const { openApp } = await load<typeof import('../../src/app.ts')>('app.ts');
const { startServer } = await load<typeof import('../../src/server/start.ts')>('server/start.ts');
const { loadConfig } = await load<typeof import('../../src/config.ts')>('config.ts');

const loaded = loadConfig({ file });
const { config } = loaded;
const app = await openApp(config, { role: 'server', version: '0.0.0', configuration: loaded } as never);
const server = await startServer({
  services: app.services,
  host: '127.0.0.1',
  port: 0,
  publicUrl: config.publicUrl,
  allowPlainHttp: false,
  logLevel: 'debug',
});
process.stdout.write(`ready ${server.link}\n`);
process.once('SIGTERM', async () => {
  await server.close();
  await app.close();
  process.exit(0);
});
