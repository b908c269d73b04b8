/** The process that the kill test ends: runs two scans and prints every event that a viewer was shown. */
import { openApp } from '../../src/app.ts';
import { openLiveFeed } from '../../src/engine/live-feed.ts';

const [dataDir = '', target = ''] = process.argv.slice(2);
const app = await openApp(
  {
    dataDir,
    limits: { memoryMb: 512, timeSeconds: 60, findings: 100_000, logLines: 1000, concurrentRuns: 2 },
    net: { userAgent: 'test', ratePerSecond: 5 },
  },
  { role: 'server', version: 'test' },
);
const caller = { id: 'local:test', local: true, project: 'prj_default' };
const feed = openLiveFeed(app.services.store);
void feed.follow(
  { kind: 'events', project: 'prj_default' },
  `${app.services.store.epoch}:0`,
  {
    events: async (list) => {
      process.stdout.write(
        list
          .map(
            (event) =>
              `${JSON.stringify({ cursor: event.cursor, id: event.data.id, type: event.type, finding: event.data.finding })}\n`,
          )
          .join(''),
      );
    },
    gap: () => process.stdout.write('gap\n'),
  },
  new AbortController().signal,
);
for (let count = 0; count < 2; count += 1)
  await app.services.engine.start('secrets-scan', { path: target }, caller);
process.stdout.write('started\n');
