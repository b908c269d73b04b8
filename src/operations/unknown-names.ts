import type { Kysely } from 'kysely';
import { parseQuery } from '../lib/query/query.ts';
import { visibleText } from '../lib/visible-text.ts';
import { fitsParts, nameParts } from '../store/findings-index/filter.ts';
import { FINDING_KEYS } from '../store/findings-index/keys.ts';
import type { Database } from '../store/schema.ts';

interface Look {
  db: Kysely<Database>;
  project: string;
}

/** Keys whose values name something that is there or is not; a list of what fits tells it best. */
const NAMES: Record<string, { what: string; exists(look: Look, name: string): Promise<boolean> }> = {
  asset: { what: 'asset', exists: assetExists },
  task: { what: 'task or tool', exists: toolExists },
  tool: { what: 'task or tool', exists: toolExists },
  rule: { what: 'rule', exists: ruleExists },
  label: { what: 'label', exists: labelExists },
  assignee: { what: 'account', exists: accountExists },
  run: { what: 'run', exists: runExists },
  'first-run': { what: 'run', exists: runExists },
  suppression: { what: 'suppression rule', exists: suppressionExists },
};

/** A sentence for each name in a query about findings that names nothing in the project: what it asks for cannot be found. */
export async function unknownNames(
  db: Kysely<Database>,
  { project, query }: { project: string; query: string },
): Promise<string[]> {
  const notes: string[] = [];
  for (const term of parseQuery(query, FINDING_KEYS)) {
    if (term.type !== 'key') continue;
    const named = NAMES[term.key];
    if (!named) continue;
    for (const value of term.values) {
      if (value.op === '..' || (await named.exists({ db, project }, value.text))) continue;
      notes.push(
        `${term.key}: there is no ${named.what} '${visibleText(value.text).slice(0, 100)}' in this project.`,
      );
    }
  }
  return notes;
}

async function assetExists({ db, project }: Look, name: string): Promise<boolean> {
  const rows = await db.selectFrom('asset').select(['id', 'name']).where('project', '=', project).execute();
  const parts = nameParts(name);
  return rows.some((row) => row.id === name || fitsParts(parts, row.name));
}

async function toolExists({ db }: Look, name: string): Promise<boolean> {
  return some(db.selectFrom('rule').select('id').where('task', '=', name));
}

async function ruleExists({ db }: Look, name: string): Promise<boolean> {
  return some(db.selectFrom('rule').select('id').where('id', '=', name));
}

async function labelExists({ db, project }: Look, name: string): Promise<boolean> {
  if (name === 'none') return true;
  return some(
    db.selectFrom('finding_label').select('label').where('project', '=', project).where('label', '=', name),
  );
}

async function accountExists({ db }: Look, name: string): Promise<boolean> {
  if (name === 'none' || name === 'me') return true;
  return some(
    db
      .selectFrom('user_account')
      .select('id')
      .where((e) => e.or([e('id', '=', name), e('login', '=', name.toLowerCase())])),
  );
}

async function runExists({ db, project }: Look, name: string): Promise<boolean> {
  return some(db.selectFrom('run').select('id').where('project', '=', project).where('id', '=', name));
}

async function suppressionExists({ db, project }: Look, name: string): Promise<boolean> {
  return some(
    db.selectFrom('suppression').select('id').where('project', '=', project).where('id', '=', name),
  );
}

async function some(query: {
  limit(count: number): { executeTakeFirst(): Promise<unknown> };
}): Promise<boolean> {
  return (await query.limit(1).executeTakeFirst()) !== undefined;
}
