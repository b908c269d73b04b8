import { closest } from '../../lib/closest.ts';
import { SentinelError } from '../../lib/errors.ts';
import type { AnyInput } from '../../operations/client.ts';
import type { AnyOperation } from '../../operations/operation.ts';
import { resolveFinding, resolveRun } from '../by-end.ts';
import type { Session } from '../session.ts';
import { resolveWorkflowRun } from '../workflow/resolve-workflow-run.ts';
import { type Field, type OperationEntry, operationEntries } from './entry.ts';

/** Fields of a thing that people call it by. */
const NAMES = ['id', 'login', 'slug', 'name', 'value', 'title', 'file', 'role'] as const;
/** What is done with a report whatever became of it. */
const SHOWN_ANYHOW = new Set(['reports.get', 'reports.remove']);
const WHOLE_ID = /^[a-z]{2,5}_[0-9a-z-]{20,}$/;
const END_OF_ID = /^[0-9a-f]{4,12}$/i;

/** Ids of path parameters that were named as people name things: a login, a short name, the end of an id. */
export async function resolvePath(
  session: Session,
  entry: OperationEntry,
  named: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const path: Record<string, string> = {};
  for (const field of entry.fields.filter((one) => one.in === 'path'))
    path[field.name] = await resolve(session, { entry, field, path }, named[field.name] ?? '');
  return path;
}

interface Place {
  entry: OperationEntry;
  field: Field;
  /** The parameters before this one. */
  path: Record<string, string>;
}

async function resolve(session: Session, { entry, field, path }: Place, named: string): Promise<string> {
  // A name in the address is what people call it; with PUT it may be new.
  if (WHOLE_ID.test(named) || field.name === 'name') return named;
  const collection = entry.path.slice(0, entry.path.indexOf(`/{${field.name}}`));
  if (collection === '/runs' || collection === '/imports') return resolveRun(session, named);
  if (collection === '/findings') return resolveFinding(session, named);
  if (collection === '/workflows/runs') return resolveWorkflowRun(session, named);
  if (collection === '/reports' && named === 'last')
    return newestReport(session, { ready: !SHOWN_ANYHOW.has(entry.operation) });
  const items = await itemsOf(session, collection, path);
  if (items === undefined) return named;
  const known = items.filter((item) => NAMES.some((name) => item[name] === named));
  const fitting =
    known.length === 0 && END_OF_ID.test(named)
      ? items.filter((item) => typeof item.id === 'string' && item.id.endsWith(named.toLowerCase()))
      : known;
  // Whoever saw the run in the list of closings means its closing; the operation says when there are several.
  const run = fitting.length === 0 && collection === '/findings/closings' && endOfRun(items, named);
  if (run) return run;
  const ids = [...new Set(fitting.map((item) => idOf(item, field)))];
  if (ids.length > 1)
    throw new SentinelError(
      'not-found',
      `There is more than one ${field.flag} '${named}': ${ids.slice(0, 5).join(', ')}. Name the id.`,
    );
  const [id] = ids;
  if (id !== undefined) return id;
  const words = items.flatMap((item) => NAMES.slice(1).flatMap((name) => textsOf(item[name])));
  const near = closest(named, words);
  throw new SentinelError(
    'not-found',
    `There is no ${field.flag} '${named}'.${near ? ` Did you mean '${near}'?` : ''}`,
  );
}

function endOfRun(items: readonly Record<string, unknown>[], named: string): string | undefined {
  if (!END_OF_ID.test(named)) return undefined;
  const runs = items.flatMap(({ run }) => (typeof run === 'string' && run.endsWith(named) ? run : []));
  return new Set(runs).size === 1 ? runs[0] : undefined;
}

/** One that failed or is being made has nothing that could be shared, compared or downloaded. */
export async function newestReport(session: Session, { ready }: { ready: boolean }): Promise<string> {
  const query = { limit: 1, ...(ready ? { status: 'ready' } : {}) };
  const page = (await list(session, 'reports.list', { query })) as { items: Item[] } | undefined;
  const [newest] = page?.items ?? [];
  if (!newest)
    throw new SentinelError(
      'not-found',
      ready ? "No report is ready. 'sentinelx report list' shows them." : 'There are no reports yet.',
    );
  return String(newest.id);
}

type Item = Record<string, unknown>;

/** What stands at the address of the collection; undefined where it cannot be listed, by anybody or by this one. */
async function itemsOf(
  session: Session,
  collection: string,
  path: Record<string, string>,
): Promise<Item[] | undefined> {
  const grants = /^\/users\/\{(\w+)\}\/grants$/.exec(collection);
  if (grants?.[1] !== undefined) {
    const user = await list(session, 'users.get', { path: { id: path[grants[1]] } });
    return (user as { grants?: Item[] } | undefined)?.grants;
  }
  const entry = operationEntries().find(
    (one) => one.method === 'GET' && one.path === collection && one.list === true,
  );
  if (!entry) return undefined;
  const items: Item[] = [];
  let cursor: string | null | undefined;
  do {
    const query = { ...(entry.paged ? { limit: 1000 } : {}), ...(cursor ? { cursor } : {}) };
    const page = (await list(session, entry.operation, { path, query })) as
      | { items: Item[]; nextCursor?: string | null }
      | undefined;
    if (page === undefined) return undefined;
    items.push(...page.items);
    cursor = entry.paged ? page.nextCursor : null;
  } while (cursor);
  return items;
}

/** Who may not list may still name an id: then it is sent as it was given. */
async function list(session: Session, id: string, input: AnyInput): Promise<unknown> {
  const operation = await operationOf(id);
  try {
    return await session.call(operation, input as never);
  } catch (error) {
    if (error instanceof SentinelError && error.code === 'forbidden') return undefined;
    throw error;
  }
}

export async function operationOf(id: string): Promise<AnyOperation> {
  const { OPERATIONS } = await import('../../operations/all.ts');
  const found = (OPERATIONS as readonly AnyOperation[]).find((operation) => operation.id === id);
  if (found) return found;
  throw new SentinelError('internal', `The list of commands names an operation ${id} that is gone.`);
}

/** `/roles/{name}` takes the name, everything else the id. */
function idOf(item: Item, field: Field): string {
  const own = item[field.name];
  return typeof own === 'string' ? own : String(item.id);
}

function textsOf(value: unknown): string[] {
  return typeof value === 'string' ? [value] : [];
}
