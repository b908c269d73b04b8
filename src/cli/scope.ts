import { existsSync, statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { closest } from '../lib/closest.ts';
import { SentinelError } from '../lib/errors.ts';
import { scopeAdd, scopeList, scopeRemove } from '../operations/scope.ts';
import type { GlobalOptions } from './globals.ts';
import { localTime, print } from './print.ts';
import { withSession } from './session.ts';
import { table } from './table.ts';

export async function listScopeCommand(options: GlobalOptions): Promise<void> {
  await withSession(options, async (session) => {
    const list = await session.call(scopeList);
    print(list, options, (terminal) =>
      list.items.length === 0
        ? 'Nothing is authorised yet. Add what you may assess: sentinelx scope add example.org'
        : table(
            terminal,
            [
              { title: 'KIND' },
              { title: 'TARGET', min: 20, cut: 'middle', paint: terminal.c.bold },
              { title: 'SINCE', paint: terminal.c.dim },
            ],
            list.items.map((entry) => [entry.kind, entry.value, localTime(entry.created)]),
          ),
    );
  });
}

export async function addScopeCommand(
  target: string,
  options: GlobalOptions & { path?: boolean; host?: boolean },
): Promise<void> {
  if (options.path && options.host)
    throw new SentinelError('wrong-usage', '--path and --host exclude each other.');
  const kind = options.path || (!options.host && looksLikeFolder(target)) ? 'path' : 'host';
  const value = kind === 'path' ? resolve(target) : target;
  await withSession(options, async (session) => {
    const entry = await session.call(scopeAdd, { body: { kind, value } });
    print(entry, options, (terminal) => `${terminal.c.green('authorised')}  ${entry.kind} ${entry.value}`);
  });
}

/** `./src` and a folder that exists are folders; everything else is a host, a network or an address. */
function looksLikeFolder(target: string): boolean {
  if (isAbsolute(target) || /^\.{1,2}(\/|$)/.test(target)) return true;
  return !target.includes('://') && existsSync(target) && statSync(target).isDirectory();
}

export async function removeScopeCommand(target: string, options: GlobalOptions): Promise<void> {
  await withSession(options, async (session) => {
    const { items } = await session.call(scopeList);
    const names = [target, resolve(target)];
    const entry = items.find((item) => item.id === target || names.includes(item.value));
    if (!entry) {
      const near = closest(
        target,
        items.map((item) => item.value),
      );
      throw new SentinelError(
        'not-found',
        `'${target}' is not in the scope.${near ? ` Did you mean '${near}'?` : " 'sentinelx scope list' shows what is."}`,
      );
    }
    await session.call(scopeRemove, { path: { id: entry.id } });
    print(entry, options, (terminal) => `${terminal.c.yellow('withdrawn')}  ${entry.kind} ${entry.value}`);
  });
}
