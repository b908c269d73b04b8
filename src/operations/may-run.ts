import type { MayRun } from '../workflows/triggers/starter.ts';
import type { Services } from './services.ts';

/** Whether schedules and triggers can still run as the one they name: that is looked at each time. */
export function createMayRun({
  store,
  grants,
}: {
  store: Services['store'];
  grants: Pick<Services['grants'], 'permissionsIn' | 'projects'>;
}): MayRun {
  return async (principal, project) => {
    const place = (await grants.projects()).find(({ id }) => id === project);
    if (!place) return `There is no project ${project} any more.`;
    if (place.archived) return `The project ${place.slug} is archived.`;
    // Whoever owns the data folder may do everything.
    if (principal.startsWith('local:')) return null;
    const account = await store.db
      .selectFrom('user_account')
      .select(['login', 'disabled'])
      .where('id', '=', principal)
      .executeTakeFirst();
    if (!account) return `The account ${principal}, as whom it runs, is not there any more.`;
    if (account.disabled !== 0) return `The account ${account.login}, as whom it runs, is locked.`;
    if (!(await grants.permissionsIn(principal, project)).has('workflow:run'))
      return `The account ${account.login}, as whom it runs, has not the permission workflow:run in ${place.slug}.`;
    return null;
  };
}
