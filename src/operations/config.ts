import * as z from 'zod';
import { INSTANCE } from '../access/audit.ts';
import { maskText, unmaskText } from '../config/masked-text.ts';
import { planReplacement, readConfigText } from '../config/replace-file.ts';
import { configRows } from '../config/rows.ts';
import type { LoadedConfig } from '../config.ts';
import { SentinelError } from '../lib/errors.ts';
import { entityTag } from './invoke.ts';
import { Download, defineOperation, type OperationContext, Upload } from './operation.ts';
import { NO_BODY, NONE } from './paging.ts';

const MAX_BYTES = 1024 * 1024;
/** Who could change these from afar would have a program of his choice started, or all data elsewhere. */
const ON_THE_MACHINE_ONLY = ['keys.command', 'dataDir'];
/** Only the command line reads these; it does so each time. */
const READ_EACH_TIME = /^output\./;

export const configGet = defineOperation({
  id: 'config.get',
  summary: 'The configuration that the server runs with; secrets are masked',
  method: 'GET',
  path: '/config',
  permission: 'config:read',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: z.object({
    file: z.string().nullable().describe('The file that was read'),
    items: z.array(
      z.object({
        key: z.string(),
        value: z.unknown().describe('Masked where it may carry a secret; null when it is not set'),
        origin: z.string().describe('`default`, `env NAME`, `--flag`, or file and line'),
      }),
    ),
  }),
  cli: 'server-config show',
  async handler(context) {
    const loaded = configurationOf(context);
    return { file: loaded.file, items: configRows(loaded) };
  },
});

export const configFileGet = defineOperation({
  id: 'config.file',
  summary: 'The configuration file; credentials in it are masked, and may come back masked',
  method: 'GET',
  path: '/config/file',
  permission: 'config:read',
  audited: true,
  sensitive: true,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: Download,
  download: true,
  cli: 'server-config download',
  async handler(context) {
    const { expected } = configurationOf(context);
    context.audit({ project: INSTANCE, subject: 'config' });
    const text = readConfigText(expected);
    if (text === undefined) throw new SentinelError('not-found', 'There is no configuration file.');
    const bytes = Buffer.from(maskText(text));
    return {
      name: 'config.yaml',
      mediaType: 'application/yaml',
      size: bytes.length,
      etag: entityTag(text),
      async *open(range) {
        yield range ? bytes.subarray(range.start, range.end + 1) : bytes;
      },
    };
  },
});

/** What a replacement would do, to be looked at before it is done. */
export const configFilePreview = defineOperation({
  id: 'config.previewFile',
  summary: 'What another configuration file would change; nothing is replaced',
  method: 'POST',
  path: '/config/file/preview',
  permission: 'config:write',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: Upload,
  output: z.object({
    changes: z.array(
      z.object({
        key: z.string(),
        before: z.unknown().describe('Masked where it may carry a secret; null when it is not set'),
        after: z.unknown(),
        restart: z.boolean().describe('It counts from the next start'),
        overridden: z.boolean().describe('A variable or a flag sets it: the file does not count'),
        held: z.boolean().describe('It can be changed on the machine of the server only'),
      }),
    ),
  }),
  upload: { maxBytes: MAX_BYTES },
  cli: 'server-config preview',
  async handler(context, { body }) {
    const { expected, origins } = configurationOf(context);
    const before = readConfigText(expected);
    const sent = await readAll(body.content);
    const plan = planReplacement(expected, before === undefined ? sent : restored(sent, before));
    return {
      changes: plan.changes.map(({ key, before: was, after }) => ({
        ...{ key, before: was ?? null, after: after ?? null },
        restart: !READ_EACH_TIME.test(key),
        overridden: ['env', 'flag'].includes(origins.get(key)?.kind ?? ''),
        held: ON_THE_MACHINE_ONLY.includes(key),
      })),
    };
  },
});

export const configFilePut = defineOperation({
  id: 'config.replaceFile',
  summary: 'Replace the configuration file; it is checked first, and the former one is kept beside it',
  method: 'PUT',
  path: '/config/file',
  permission: 'config:write',
  audited: true,
  sensitive: true,
  pathParams: NONE,
  query: NONE,
  body: Upload,
  output: z.object({
    backup: z.string().nullable().describe('Name of the copy of the former file'),
    changed: z.array(z.string()).describe('Keys with another value'),
    restart: z.array(z.string()).describe('Those of them that count from the next start'),
    overridden: z
      .array(z.string())
      .describe('Those of them that a variable or a flag sets: the file does not count'),
  }),
  upload: { maxBytes: MAX_BYTES },
  cli: 'server-config upload',
  async handler(context, { body }) {
    const { expected, origins } = configurationOf(context);
    const before = readConfigText(expected);
    if (before !== undefined) context.match(before);
    const sent = await readAll(body.content);
    const plan = planReplacement(expected, before === undefined ? sent : restored(sent, before));
    const changed = plan.changes.map((change) => change.key);
    const held = changed.find((key) => ON_THE_MACHINE_ONLY.includes(key));
    if (held !== undefined)
      throw new SentinelError('forbidden', `${held} can be changed on the machine of the server only.`);
    context.audit({
      project: INSTANCE,
      subject: 'config',
      before: Object.fromEntries(plan.changes.map(({ key, before: was }) => [key, was])),
      after: Object.fromEntries(plan.changes.map(({ key, after: is }) => [key, is])),
    });
    const backup = await context.change(async ({ emit }) => {
      // Somebody may have replaced it since it was looked at.
      if (readConfigText(expected) !== before)
        throw new SentinelError('conflict', 'The configuration file was changed at this moment.');
      emit({
        type: 'config.changed',
        project: INSTANCE,
        actor: context.caller.id,
        subject: 'config',
        data: { keys: changed },
      });
      return plan.write();
    });
    return {
      backup,
      changed,
      restart: changed.filter((key) => !READ_EACH_TIME.test(key)),
      overridden: changed.filter((key) => ['env', 'flag'].includes(origins.get(key)?.kind ?? '')),
    };
  },
});

/** What cannot be parsed is left as it is: the check says what is wrong with it. */
function restored(sent: string, before: string): string {
  try {
    return unmaskText(sent, before);
  } catch (error) {
    if (error instanceof SentinelError) return sent;
    throw error;
  }
}

async function readAll(content: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const bytes of content) {
    size += bytes.length;
    if (size > MAX_BYTES) throw new SentinelError('too-large', 'A configuration has at most 1 MiB.');
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString('utf8');
}

function configurationOf({ services }: OperationContext): LoadedConfig {
  if (services.configuration) return services.configuration;
  throw new SentinelError('not-found', 'This process was started without a configuration of its own.');
}
