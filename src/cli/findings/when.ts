import { SentinelError } from '../../lib/errors.ts';
import { readMoment } from '../../store/findings-index/moment.ts';

/** `30d` from now, or the end of a day (`2026-12-31`), or a moment (`2026-12-31T18:00Z`). */
export function readWhen(flag: string, text: string, now = Date.now()): number {
  const moment = readMoment(text, now, 'future');
  if (!moment)
    throw new SentinelError(
      'wrong-usage',
      `${flag} expects a time: 30d, 12h, 2w, 2026-12-31 or 2026-12-31T18:00Z, not '${text}'.`,
    );
  return moment.to - moment.from === 1 ? moment.from : moment.to - 1;
}
