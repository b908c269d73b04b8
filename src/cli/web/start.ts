import { openApp } from '../../app.ts';
import { type RunningServer, startServer } from '../../server/start.ts';
import { buildWebApp } from '../../server/web-build.ts';
import { configOf, type GlobalOptions, VERSION } from '../globals.ts';
import { onStop } from '../signals.ts';
import { openTerminal } from '../terminal.ts';

export interface AddressOptions extends GlobalOptions {
  host?: string;
  port?: number;
}

/** Runs until a signal asks it to stop; the second signal ends it at once. */
export async function startCommand(options: AddressOptions & { workers?: number }): Promise<void> {
  const configuration = configOf(options, {
    host: options.host,
    port: options.port,
    'limits.concurrentRuns': options.workers,
    ...(options.verbose ? { logLevel: 'info' } : {}),
  });
  const { config } = configuration;
  const errors = openTerminal(process.stderr, options);
  const asked = stopAsked(() => errors.write('stopping …\n'));
  await buildWebApp((line) => errors.write(`${line}\n`));
  const app = await openApp(config, { role: 'server', version: VERSION, configuration });
  let server: RunningServer;
  try {
    const { host, port, publicUrl, allowPlainHttp, logLevel, trustProxy, requests } = config;
    server = await startServer({
      services: app.services,
      host,
      port,
      publicUrl,
      allowPlainHttp,
      logLevel,
      trustProxy,
      rateLimits: requests,
    });
  } catch (error) {
    await app.close();
    throw error;
  }
  welcome(options, server.link);
  await asked;
  await server.close();
  await app.close();
  process.exit(0);
}

function welcome(options: GlobalOptions, link: string): void {
  const { c, write } = openTerminal(process.stdout, options);
  const first = link.includes('#token=')
    ? 'Open this link and make the first account. It works once:'
    : 'Open this link:';
  write(
    `\nSentinelX ${VERSION} is ready. ${first}\n\n  ${c.bold(c.cyan(link))}\n\n${c.dim('Ctrl-C stops it.')}\n`,
  );
}

function stopAsked(say: () => void): Promise<void> {
  return new Promise((resolve) => {
    onStop(
      () => {
        say();
        resolve();
      },
      () => process.exit(130),
    );
  });
}
