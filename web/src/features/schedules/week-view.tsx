import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { readCron, timesBetween } from '../../../../src/workflows/triggers/cron.ts';
import { Section } from '../../ui/page.tsx';
import type { Schedule } from '../workflows/types.ts';

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const DAY = 86_400_000;
/** Of one schedule in a week: once a minute is more than a picture needs. */
const MOST = 2000;

/** The coming seven days by the hour, in the time of whoever looks: where much begins at once stands out. */
export function WeekView({ schedules }: { schedules: readonly Schedule[] }) {
  const { t } = useTranslation();
  const days = useMemo(() => weekOf(schedules), [schedules]);
  const format = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' });
  return (
    <Section title={t('schedule.week')}>
      <p className="muted small">
        {t('schedule.weekHint', { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable with the keyboard */}
      <section className="card heat" tabIndex={0} aria-label={t('schedule.week')}>
        <table>
          <thead>
            <tr>
              <th scope="col">
                <span className="visually-hidden">{t('schedule.day')}</span>
              </th>
              {HOURS.map((hour) => (
                <th key={hour} scope="col">
                  {hour % 3 === 0 ? hour : <span className="visually-hidden">{hour}</span>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.map(({ start, counts }) => (
              <tr key={start}>
                <th scope="row">{format.format(start)}</th>
                {counts.map((count, hour) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: an hour is its place
                  <td key={hour} className={count > 0 ? `heat-${Math.min(3, count)}` : undefined}>
                    {count > 0 ? count : ''}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Section>
  );
}

function weekOf(schedules: readonly Schedule[]): { start: number; counts: number[] }[] {
  const now = Date.now();
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  const days = Array.from({ length: 7 }, (_, day) => ({
    start: new Date(midnight + day * DAY + DAY / 2).setHours(0, 0, 0, 0),
    counts: HOURS.map(() => 0),
  }));
  for (const { cron, zone, paused } of schedules) {
    if (paused) continue;
    for (const time of timesOf(cron, zone, now)) {
      const at = new Date(time);
      const day = days.find(({ start }) => start === new Date(time).setHours(0, 0, 0, 0));
      if (day) day.counts[at.getHours()] = (day.counts[at.getHours()] ?? 0) + 1;
    }
  }
  return days;
}

function timesOf(cron: string, zone: string, now: number): number[] {
  try {
    return timesBetween(readCron(cron, zone), now, now + 7 * DAY, MOST);
  } catch {
    // An expression that this release of the browser's zones does not know: the row of the schedule still shows it.
    return [];
  }
}
