import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { commandRows, LOCAL_COMMANDS } from '../../src/cli/commands-list.ts';
import { operationEntries } from '../../src/cli/operation-commands/entry.ts';
import { allCommands, createProgram, isHidden, pathOf } from '../../src/cli/program.ts';
import { isPermission } from '../../src/model/permission.ts';
import { OPERATIONS } from '../../src/operations/all.ts';
import { type AnyOperation, addressOf } from '../../src/operations/operation.ts';
import { isPublicOperation } from '../../src/server/public-routes.ts';
import { Home } from './helper.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const operations = OPERATIONS as readonly AnyOperation[];
const ids = operations.map((operation) => operation.id);
const { program } = createProgram();
const commands = allCommands(program)
  .filter((command) => command.commands.length === 0 && command.name() !== 'help' && !isHidden(command))
  .map((command) => ({ command, name: pathOf(command).replace(/^sentinelx /, '') }));
const rows = commandRows(program);

test('every command is an operation, or stands with a reason in the list of local ones', () => {
  expect(commands.length).toBeGreaterThan(60);
  expect(
    commands.filter(({ name }) => rows.every((row) => row.command !== name)).map(({ name }) => name),
  ).toEqual([]);
  for (const row of rows) {
    if (row.local) expect(row.reason, row.command).toMatch(/^\w.{8,}/);
    else expect(ids, row.command).toContain(row.operation);
    for (const id of row.operations) expect(ids, row.command).toContain(id);
  }
});

test('the list of local commands is short and names no command that is gone', () => {
  const names = commands.map(({ name }) => name);
  expect(Object.keys(LOCAL_COMMANDS).filter((name) => !names.includes(name))).toEqual([]);
  expect(Object.keys(LOCAL_COMMANDS).length).toBeLessThan(20);
});

test('every operation has its command, its route in openapi.json, its permission and its place in the docs', () => {
  const api = JSON.parse(readFileSync(join(ROOT, 'openapi.json'), 'utf8')) as {
    paths: Record<string, Record<string, Record<string, unknown>>>;
  };
  const docs = readFileSync(join(ROOT, 'docs/reference/cli.md'), 'utf8');
  const known = new Map(rows.map((row) => [row.command, row]));
  for (const operation of operations) {
    const row = known.get(operation.cli);
    expect(row?.operations ?? [], `the command '${operation.cli}' of ${operation.id}`).toContain(
      operation.id,
    );
    const route = api.paths[addressOf(operation.path)]?.[operation.method.toLowerCase()];
    expect(route, operation.id).toMatchObject({
      operationId: operation.id,
      'x-cli': operation.cli,
      'x-permission': operation.permission,
      summary: operation.summary,
    });
    expect(docs, operation.id).toContain(`\`${operation.id}\``);
    const { permission } = operation;
    const guarded =
      permission === 'self' ||
      (permission === 'public' ? isPublicOperation(operation.id) : isPermission(permission));
    expect(guarded, `${operation.id} has the permission ${permission}`).toBe(true);
  }
});

test('no two operations want the same command, except those that it does together', () => {
  const together = new Set([
    ...['runs show', 'findings show', 'list', 'user add'],
    ...['findings import', 'findings undo', 'findings diff', 'runs cancel', 'runs rerun'],
    ...['workflow show', 'workflow save', 'workflow run', 'workflow status', 'workflow template'],
  ]);
  const seen = new Map<string, string>();
  for (const { id, cli } of operations) {
    if (together.has(cli)) continue;
    expect(seen.get(cli), `'${cli}' of ${id}`).toBeUndefined();
    seen.set(cli, id);
  }
});

test('a secret is never an argument: no flag and no argument takes one', () => {
  const secrets = operationEntries().flatMap((entry) =>
    entry.fields.filter((field) => field.secret).map((field) => ({ entry, field })),
  );
  expect(secrets.map(({ field }) => field.name)).toEqual(
    expect.arrayContaining(['password', 'current', 'value']),
  );
  for (const { command, name } of commands) {
    const own = secrets.filter(({ entry }) => entry.command === name);
    for (const { field } of own) {
      const option = command.options.find(({ long }) => long === `--${field.flag}`);
      // The global --token is the caller's own; it is warned of, and hidden from other users' view of processes.
      expect(option?.long === '--token' ? undefined : option?.long, `${name}: ${field.flag}`).toBeUndefined();
      expect(command.registeredArguments.map((argument) => argument.name())).not.toContain(field.flag);
    }
  }
  const names = /password|passphrase|secret/i;
  const taking = commands.flatMap(({ command, name }) =>
    command.options
      .filter((option) => names.test(option.long ?? '') && (option.required || option.optional))
      .map((option) => `${name} ${option.flags}`),
  );
  expect(taking).toEqual([]);
});

test('only the embedded side of a session, and local commands, open the application or the store', () => {
  const may = [
    'connect/embedded.ts',
    'web/start.ts',
    'web/throw-away-project.ts',
    'worker/start.ts',
    'doctor/doctor-command.ts',
    'config/set.ts',
    'config/migrate.ts',
    'promote.ts',
  ];
  const folder = join(ROOT, 'src/cli');
  const opening = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.test)\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => /openApp\(|openStore\(|\bservices\.|app\.services/.test(readFileSync(file, 'utf8')))
    .map((file) => relative(folder, file));
  expect(opening.filter((file) => !may.includes(file))).toEqual([]);
});

test('every group and every command says in help what it is', () => {
  for (const command of allCommands(program).filter((one) => !isHidden(one)))
    expect(command.description(), pathOf(command)).not.toBe('');
});

test('commands --json prints the same list', async () => {
  const home = new Home();
  try {
    const { code, out } = await home.run(['commands', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual(rows);
    expect(rows).toContainEqual({
      command: 'token create --mine',
      operation: 'account.createToken',
      operations: ['account.createToken'],
      local: false,
    });
  } finally {
    home.remove();
  }
});
