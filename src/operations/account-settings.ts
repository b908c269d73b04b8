import { INSTANCE } from '../access/audit.ts';
import { UserSettings, UserSettingsChange } from '../model/user-settings.ts';
import type { Store } from '../store/store.ts';
import { defineOperation } from './operation.ts';
import { NO_BODY, NONE } from './paging.ts';

const NAME = 'settings';

export const accountSettingsGet = defineOperation({
  id: 'account.settings.get',
  summary: 'What I set for myself: the first page, and tasks that I use often',
  method: 'GET',
  path: '/account/settings',
  permission: 'self',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: UserSettings,
  cli: 'account settings show',
  handler: ({ services, caller }) => readSettings(services.store.db, caller.id),
});

export const accountSettingsUpdate = defineOperation({
  id: 'account.settings.update',
  summary: 'Change what I set for myself; what is not named stays',
  method: 'PATCH',
  path: '/account/settings',
  permission: 'self',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: UserSettingsChange,
  output: UserSettings,
  cli: 'account settings set',
  async handler(context, { body }) {
    const { caller } = context;
    return context.change(async ({ tx }) => {
      const before = await readSettings(tx, caller.id);
      context.match(before);
      const next = UserSettings.parse({ ...before, ...body });
      const row = { value: JSON.stringify(next), updated: Date.now() };
      await tx
        .insertInto('user_setting')
        .values({ user: caller.id, name: NAME, ...row })
        .onConflict((conflict) => conflict.columns(['user', 'name']).doUpdateSet(row))
        .execute();
      context.audit({ subject: caller.id, project: INSTANCE, before, after: next });
      return next;
    });
  },
});

async function readSettings(db: Store['db'], user: string): Promise<UserSettings> {
  const row = await db
    .selectFrom('user_setting')
    .select('value')
    .where('user', '=', user)
    .where('name', '=', NAME)
    .executeTakeFirst();
  // A card that a later release took away is no reason to show nothing.
  const stored = UserSettings.safeParse(row ? JSON.parse(row.value) : {});
  return stored.success ? stored.data : UserSettings.parse({});
}
