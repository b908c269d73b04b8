import { SentinelError } from '../../lib/errors.ts';
import { isId } from '../../lib/ids.ts';
import { readMoment } from '../../store/findings-index/moment.ts';

/** What can be compared, as people name it. */
export type Side =
  | { kind: 'run'; run: string }
  | { kind: 'report'; report: string }
  | { kind: 'time'; time: number }
  | { kind: 'asset'; asset: string };

const FORMS = 'run_… (a run or an import), rpt_… (a report), @2026-11-01 or @7d (a time), asset:NAME';

/** `@2026-11-01` is the beginning of that day; `@now` is now. */
export function readSide(text: string, field: string, now: number): Side {
  if (text.startsWith('@')) {
    if (text === '@now') return { kind: 'time', time: now };
    const moment = readMoment(text.slice(1), now);
    if (moment) return { kind: 'time', time: Math.min(moment.from, now) };
    throw wrong(field, `'${text}' is no time`);
  }
  if (text.startsWith('asset:') && text.length > 6) return { kind: 'asset', asset: text.slice(6) };
  if (text.startsWith('run_')) return { kind: 'run', run: text };
  if (isId('rpt', text)) return { kind: 'report', report: text };
  throw wrong(field, `'${text}' is nothing that can be compared`);
}

function wrong(field: string, what: string): SentinelError {
  return new SentinelError('invalid-parameter', `${field}: ${what}. It is one of: ${FORMS}.`, {
    fields: [{ field, message: `expects ${FORMS}`, example: '@7d' }],
  });
}
