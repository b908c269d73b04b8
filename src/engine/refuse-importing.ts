import { SentinelError } from '../lib/errors.ts';
import type { WireEvent } from './isolation/messages.ts';

/** Only what imports may speak for other tools. */
export function refuseImporting(event: WireEvent): void {
  const of =
    event.type === 'verdict' ? 'a verdict' : 'tool' in event && event.tool ? 'another tool' : undefined;
  const what = of ?? (event.type === 'finding' && event.toolPrints ? 'fingerprints of a tool' : undefined);
  if (what === undefined) return;
  throw new SentinelError(
    'task-protocol',
    `The task reported ${what}, and it does not declare that it imports.`,
  );
}
