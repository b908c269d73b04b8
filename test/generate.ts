/** Writes what is generated from the declarations; test/generated.test.ts compares. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeOperations } from '../src/cli/operation-commands/describe.ts';
import { describe, loadTasks } from '../src/engine/tasks.ts';
import { policyJsonSchema } from '../src/findings/policy/schema.ts';
import { ERROR_CODES } from '../src/lib/error-codes.ts';
import { openApiDocument } from '../src/operations/openapi.ts';
import { workflowJsonSchema } from '../src/workflows/definition/workflow-schema.ts';
import { eventKeys, TRIGGER_EVENT_TYPES } from '../src/workflows/triggers/event-keys.ts';
import { cliReference } from './cli-reference.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Path → text of every generated file. */
export async function generated(): Promise<Record<string, string>> {
  const version = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version as string;
  const tasks = (await loadTasks()).map(describe);
  const errors = Object.entries(ERROR_CODES).map(
    ([code, row]) => `| \`${code}\` | ${row.status} | ${row.exit} | ${row.title} | ${row.hint} |`,
  );
  const operations = describeOperations();
  const files: Record<string, string> = {
    'src/cli/operation-commands/commands.json': commandsJson(operations),
    'src/cli/completion/tasks.json': `${JSON.stringify(Object.fromEntries(tasks.map((task) => [task.id, task.summary])), null, 2)}\n`,
    'docs/reference/cli.md': cliReference(operations),
    'openapi.json': `${JSON.stringify(openApiDocument(version), null, 2)}\n`,
    'docs/reference/workflow.schema.json': `${JSON.stringify(workflowJsonSchema(), null, 2)}\n`,
    'docs/reference/policy.schema.json': `${JSON.stringify(policyJsonSchema(), null, 2)}\n`,
    'docs/reference/errors.md': `# Errors\n\n| code | HTTP | exit code | meaning | what to do |\n|---|---|---|---|---|\n${errors.join('\n')}\n`,
    'docs/reference/events.md': eventsReference(),
    'docs/reference/tasks.md': `# Tasks\n\n${tasks.map((task) => `- [${task.title}](tasks/${task.id}.md) (\`${task.id}\`): ${task.summary}`).join('\n')}\n`,
  };
  for (const task of tasks) {
    const properties = Object.entries(
      (task.params.properties ?? {}) as Record<
        string,
        { type?: string; description?: string; default?: unknown }
      >,
    );
    const required = new Set((task.params.required ?? []) as string[]);
    files[`docs/reference/tasks/${task.id}.md`] = [
      `# ${task.title}`,
      `${task.summary}\n\n${task.description}`,
      `Id \`${task.id}\`, category ${task.category}, touches: ${task.touches}, powers: ${task.needs.join(', ') || 'none'}.`,
      `Files: ${filesText(task.files)}.`,
      `## Parameters\n\n| name | default | meaning |\n|---|---|---|\n${properties.map(([name, schema]) => `| \`${name}\` | ${required.has(name) ? '(required)' : `\`${JSON.stringify(schema.default ?? null)}\``} | ${cell(schema.description ?? schema.type ?? '')} |`).join('\n')}`,
      `## Examples\n\n${task.examples.map((example) => `${example.title}:\n\n\`\`\`sh\nsentinelx run ${task.id} -p '${JSON.stringify(example.params)}'\n\`\`\``).join('\n\n')}`,
      `## Rules\n\n| rule | severity | what it finds |\n|---|---|---|\n${Object.entries(task.rules)
        .map(([id, rule]) => `| \`${id}\` | ${rule.severity} | ${cell(rule.title)} |`)
        .join('\n')}\n`,
    ].join('\n\n');
  }
  return files;
}

function filesText(files: readonly string[]): string {
  if (files.length === 0) return 'none';
  return files.includes('*') ? 'any' : files.map((ending) => `\`${ending}\``).join(', ');
}

/** An operation a line: small, and a change is seen. */
function commandsJson(entries: readonly object[]): string {
  return `[\n${entries.map((entry) => JSON.stringify(entry)).join(',\n')}\n]\n`;
}

/** What a trigger or a step that waits may name of each event. */
function eventsReference(): string {
  const rows = TRIGGER_EVENT_TYPES.map((type) => {
    const keys = Object.entries(eventKeys(type)).map(([name, { kind, values }]) => {
      const words = { equal: '', containing: ' (a part)', number: ' (number)', ranked: ' (ordered)' }[kind];
      return `\`${name}\`${words}${values ? `: ${values.join(', ')}` : ''}`;
    });
    return `| \`${type}\` | ${keys.join('; ')} |`;
  });
  const text =
    'Events that start workflows and that steps wait for, with the keys of a query such as `severity:high,critical path:src/`. A key that is not here is refused. A word without a key is looked for in all texts.';
  return `# Events\n\n${text}\n\n| event | keys |\n|---|---|\n${rows.join('\n')}\n`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of Object.entries(await generated())) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
  }
}
