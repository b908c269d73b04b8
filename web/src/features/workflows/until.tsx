import Tooltip from '@mui/material/Tooltip';
import { useNow } from '../../ui/clock.ts';

const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'always', style: 'short' });
const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
];

/** A time that comes: `in 5 min.`; the exact one with its zone on hover and for assistive technology. */
export function Until({ time }: { time: number }) {
  const now = useNow(time - Date.now() < 120_000 ? 1000 : 30_000);
  const distance = Math.max(0, time - now);
  const [unit, size] = STEPS.find(([, length]) => distance >= length) ?? ['second', 1000];
  return (
    <Tooltip title={absolute.format(time)}>
      <time dateTime={new Date(time).toISOString()}>
        {relative.format(Math.floor(distance / size), unit)}
      </time>
    </Tooltip>
  );
}
