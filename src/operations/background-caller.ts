import { SentinelError } from '../lib/errors.ts';
import type { Permission } from '../model/permission.ts';
import { may } from './invoke.ts';
import type { Caller } from './operation.ts';
import type { Services } from './services.ts';
import { callerOf } from './step.ts';

/** Who began a job, with what that one may do now. Throws `forbidden` when it is not what the job needs any more. */
export async function backgroundCaller(
  services: Services,
  who: { principal: string; token: string | null; project: string; needs: Permission },
): Promise<Caller> {
  const caller = await callerOf(services, who);
  if (may(caller, who.needs)) return caller;
  throw new SentinelError(
    'forbidden',
    `${caller.name}, for whom this runs, has not the permission ${who.needs} any more.`,
  );
}
