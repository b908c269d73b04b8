import * as z from 'zod';
import { LOG_LEVELS } from '../model/run.ts';
import { findInLog } from '../store/find-in-log.ts';
import { readLog } from '../store/run-log.ts';
import type { Store } from '../store/store.ts';
import { Download, defineOperation } from './operation.ts';
import { NO_BODY, NONE } from './paging.ts';
import { ownRun } from './runs.ts';

/** Through more than this nobody steps; the number of all is told. */
const MOST_HITS = 10_000;
const PAGE = 1_000;

const RunPath = z.object({ id: z.string() });

export const runLogFind = defineOperation({
  id: 'runs.findInLog',
  summary: 'Which lines of the whole log of a run hold some words, also while it runs',
  method: 'GET',
  path: '/runs/{id}/log/find',
  permission: 'run:read',
  audited: false,
  pathParams: RunPath,
  query: z.object({
    q: z.string().min(1).max(500).describe('Somewhere in the line, whatever its case'),
    level: z
      .string()
      .max(50)
      .optional()
      .transform((text) => text?.split(','))
      .pipe(z.array(z.enum(LOG_LEVELS)).optional())
      .describe('One or several, separated by commas'),
  }),
  body: NO_BODY,
  output: z.object({
    total: z.int(),
    lines: z.array(z.int()).describe(`Numbers of the first ${MOST_HITS} of them`),
  }),
  cli: 'runs find-in-log',
  async handler(context, { path, query }) {
    await ownRun(context, path.id);
    const { total, seqs } = await findInLog(context.services.store.db, {
      run: path.id,
      words: query.q,
      levels: query.level ?? null,
      limit: MOST_HITS,
    });
    return { total, lines: seqs };
  },
});

export const runLogFile = defineOperation({
  id: 'runs.logFile',
  summary: 'The log of a run as a text file, with times; what is there when it runs',
  method: 'GET',
  path: '/runs/{id}/log/file',
  permission: 'run:read',
  audited: false,
  pathParams: RunPath,
  query: NONE,
  body: NO_BODY,
  output: Download,
  download: true,
  cli: 'runs log-file',
  async handler(context, { path }) {
    await ownRun(context, path.id);
    return {
      name: `${path.id}.log`,
      mediaType: 'text/plain; charset=utf-8',
      open: () => asText(context.services.store.db, path.id),
    };
  },
});

async function* asText(db: Store['db'], run: string): AsyncGenerator<Uint8Array> {
  let after = 0;
  for (;;) {
    const lines = await readLog(db, { run, after, limit: PAGE });
    if (lines.length > 0)
      yield Buffer.from(
        lines
          .map(({ time, level, text }) => `${new Date(time).toISOString()} ${level.padEnd(5)} ${text}\n`)
          .join(''),
      );
    if (lines.length < PAGE) return;
    after = lines.at(-1)?.seq ?? after;
  }
}
