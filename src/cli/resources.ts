import { isAbsolute } from 'node:path';
import { stringify } from 'yaml';
import { SentinelError } from '../lib/errors.ts';
import type { FindingSummary } from '../model/finding.ts';
import { describeLocation } from '../model/location.ts';
import type { Run } from '../model/run.ts';
import type { OPERATIONS } from '../operations/all.ts';
import type { GlobalOptions } from './main.ts';
import { fit, print, severityText, table } from './print.ts';
import { callOperation, withApp } from './session.ts';

type List<T> = { items: T[]; nextCursor: string | null };
interface ScopeEntry {
  id: string;
  kind: string;
  value: string;
}

/** An operation whose answer is shown as it is: YAML for people, JSON on request. */
export async function callCommand(
  id: (typeof OPERATIONS)[number]['id'],
  path: object,
  query: object,
  globals: GlobalOptions,
): Promise<void> {
  await withApp(globals, async (app) => {
    const result = await callOperation(app, id, { path, query });
    print(result, globals, () => stringify(result).trimEnd());
  });
}

export async function runListCommand(options: { limit: number }, globals: GlobalOptions): Promise<void> {
  await withApp(globals, async (app) => {
    const list = (await callOperation(app, 'runs.list', { query: { limit: options.limit } })) as List<Run>;
    print(list, globals, () =>
      list.items.length === 0
        ? 'No runs yet. Start one: sentinelx run secrets-scan -p "{path: .}"'
        : table(
            list.items.map((run) => [
              run.id,
              run.status,
              run.task,
              new Date(run.created).toISOString().replace(/\..*/, 'Z'),
              `${run.target ?? ''} +${run.counts.new} −${run.counts.fixed}`,
            ]),
          ),
    );
  });
}

export async function findingListCommand(
  query: string | undefined,
  options: { limit: number },
  globals: GlobalOptions,
): Promise<void> {
  await withApp(globals, async (app) => {
    const list = (await callOperation(app, 'findings.list', {
      query: { q: query ?? 'status:open,confirmed', limit: options.limit },
    })) as List<FindingSummary>;
    print(list, globals, () => {
      const lines = list.items.map(
        (finding) =>
          `${severityText(finding.severity, 8)}  ${finding.id}  ${fit(finding.rule, 28).padEnd(28)}  ${fit(describeLocation(finding.location), 60, 'middle')}`,
      );
      if (list.nextCursor !== null) lines.push(`… more: --limit ${options.limit * 2}`);
      return lines.length === 0 ? 'No findings.' : lines.join('\n');
    });
  });
}

export async function scopeListCommand(globals: GlobalOptions): Promise<void> {
  await withApp(globals, async (app) => {
    const list = (await callOperation(app, 'scope.list', {})) as List<ScopeEntry>;
    print(list.items, globals, () =>
      list.items.length === 0
        ? 'Nothing is authorised yet.'
        : table(list.items.map((entry) => [entry.id, entry.kind, entry.value])),
    );
  });
}

export async function scopeAddCommand(value: string, globals: GlobalOptions): Promise<void> {
  await withApp(globals, async (app) => {
    const entry = (await callOperation(app, 'scope.add', {
      body: { kind: isAbsolute(value) ? 'path' : 'host', value },
    })) as ScopeEntry;
    print(entry, globals, () => `authorised ${entry.kind} ${entry.value}`);
  });
}

export async function scopeRemoveCommand(value: string, globals: GlobalOptions): Promise<void> {
  await withApp(globals, async (app) => {
    const list = (await callOperation(app, 'scope.list', {})) as List<ScopeEntry>;
    const entry = list.items.find((item) => item.id === value || item.value === value);
    if (!entry) throw new SentinelError('not-found', `'${value}' is not in the scope.`);
    await callOperation(app, 'scope.remove', { path: { id: entry.id } });
    print(entry, globals, () => `removed ${entry.kind} ${entry.value}`);
  });
}
