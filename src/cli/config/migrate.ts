import { existsSync } from 'node:fs';
import { stringify } from 'yaml';
import { INSTANCE } from '../../access/audit.ts';
import { openApp } from '../../app.ts';
import { readConfigFile } from '../../config/file.ts';
import { type Config, configFilePath, environment, loadConfig } from '../../config.ts';
import { SentinelError } from '../../lib/errors.ts';
import { type GlobalOptions, VERSION } from '../globals.ts';
import { plural, print } from '../print.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { replaceConfig } from './file-edit.ts';
import { type Migration, planMigration } from './migration.ts';

/** The file that is being replaced says nothing about the new one. */
const NOWHERE = '/dev/null';

/** All or nothing: when one line cannot be taken over, no secret is stored and no file is written. */
export async function migrateCommand(
  old: string,
  options: GlobalOptions & { dryRun?: boolean; force?: boolean },
): Promise<void> {
  const source = readConfigFile(old);
  if (!source)
    throw new SentinelError(
      'wrong-usage',
      `${old} does not exist. Name the file of the earlier SentinelX, such as config.yaml.`,
    );
  const file = configFilePath(options.config);
  if (existsSync(file) && !options.force && !options.dryRun)
    throw new SentinelError(
      'wrong-usage',
      `${file} exists already and is left as it is. 'sentinelx config migrate ${old} --force' replaces it.`,
    );
  const env = environment();
  const plan = planMigration(source, env);
  if (plan.errors.length > 0)
    throw new SentinelError('invalid-config', `${plan.errors.join('\n')}\nNothing was changed.`);
  if (!options.dryRun) await carryOut(plan, file, old);
  const { taken, stored, leftOut } = plan;
  print({ file, written: !options.dryRun, taken, stored, leftOut }, options, (terminal) =>
    reportText(terminal, plan, { old, file, dryRun: options.dryRun === true }),
  );
}

async function carryOut(plan: Migration, file: string, old: string): Promise<void> {
  if (plan.secrets.size > 0) await storeSecrets(plan);
  const text = Object.keys(plan.config).length === 0 ? '' : stringify(plan.config, { lineWidth: 0 });
  replaceConfig(
    file,
    `# Taken over from ${old.replace(/[^\x20-\x7e]/g, '?')} by 'sentinelx config migrate'.\n${text}`,
  );
}

/** All in one transaction, in the data folder of the new configuration. */
async function storeSecrets(plan: Migration): Promise<void> {
  const app = await openApp(configOf(plan), { role: 'cli', version: VERSION });
  try {
    const { store, secrets } = app.services;
    await store.write({ lane: 'interactive', durable: true }, async (write) => {
      for (const [name, value] of plan.secrets)
        await secrets.set(write, { project: INSTANCE, name }, value, 'local:migrate');
    });
  } finally {
    await app.close();
  }
}

/** Where the new configuration keeps its data: the variable wins over the file, as it will later. */
function configOf(plan: Migration): Config {
  const { SENTINELX_CONFIG: _, ...rest } = environment();
  const named = typeof plan.config.dataDir === 'string' ? plan.config.dataDir : undefined;
  const env = { SENTINELX_DATA_DIR: named, ...rest, XDG_CONFIG_HOME: NOWHERE };
  return loadConfig({ env }).config;
}

function reportText(
  terminal: Terminal,
  plan: Migration,
  { old, file, dryRun }: { old: string; file: string; dryRun: boolean },
): string {
  const { c } = terminal;
  const rows = (title: string, list: string[][], paint: (text: string) => string) =>
    list.length === 0
      ? ''
      : `${paint(title)}\n${table(terminal, [{ align: 'right', paint: c.dim }, { min: 16, cut: 'middle' }, { min: 20 }], list, 2)}`;
  const verb = dryRun ? 'would be' : 'is';
  return [
    rows(
      'taken over',
      plan.taken.map(({ from, to }) => [String(from.line), from.key, to]),
      c.green,
    ),
    rows(
      'moved to the secret store',
      plan.stored.map(({ from, name }) => [String(from.line), from.key, `secret:${name}`]),
      c.green,
    ),
    rows(
      'left out',
      plan.leftOut.map(({ from, why }) => [String(from.line), from.key, why]),
      c.yellow,
    ),
    `${c.bold(file)} ${verb} written: ${plural(plan.taken.length, 'value')}, ${plural(plan.secrets.size, 'secret')}, ${plan.leftOut.length} left out.`,
    plan.secrets.size > 0 && !dryRun
      ? c.dim(`The secrets still stand in ${old}. Remove it when you are content.`)
      : '',
  ]
    .filter(Boolean)
    .join('\n\n');
}
