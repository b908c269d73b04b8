import type { PowerName } from '../../plugin/task.ts';

/** What an administrator grants with each power, in words. */
export const POWER_TEXTS: Record<PowerName, string> = {
  read: 'read: reads every file below the target that a run names',
  net: 'net: sends requests to the hosts that were authorised for the project',
  secret: 'secret: gets the value of a stored secret that a run names',
};
