import Tooltip from '@mui/material/Tooltip';
import { dateOf, exactTime, isClockSkew, relativeTime, useNow } from './clock.ts';
import { usePreference } from './preferences.ts';

/** Relative text; the exact time with its zone on hover and for assistive technology. */
export function When({ time }: { time: number }) {
  const now = useNow(30_000);
  usePreference('zone');
  return (
    <Tooltip title={exactTime(time)}>
      <time dateTime={new Date(time).toISOString()}>
        {relativeTime(time, isClockSkew(time, now) ? time : now)}
      </time>
    </Tooltip>
  );
}

/** The day on which something ends; the exact time on hover. Goes after the word `until`. */
export function EndDay({ time }: { time: number }) {
  usePreference('zone');
  return (
    <Tooltip title={exactTime(time)}>
      <time dateTime={new Date(time).toISOString()}>{dateOf(time)}</time>
    </Tooltip>
  );
}
