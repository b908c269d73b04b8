import { CalendarClock } from 'lucide-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { objectOf, textOf } from '../workflows/document/graph.ts';
import { parseText } from '../workflows/document/parse.ts';
import { previewOf } from './preview.ts';

/** "At 02:00, every day (UTC)"; an expression that says nothing stays as it is. */
export function whenInWords(cron: string, zone: string): string {
  try {
    return `${previewOf(cron, zone, Date.now()).sentence} (${zone})`;
  } catch {
    return `${cron} (${zone})`;
  }
}

/** A document may carry schedules: publishing it starts runs that nobody would look for in its text. */
export function SchedulesInDocument({ source }: { source: string }) {
  const { t } = useTranslation();
  const times = useMemo(() => schedulesIn(source), [source]);
  if (times.length === 0) return null;
  return (
    <div className="notice notice-info">
      <CalendarClock size={18} aria-hidden="true" />
      <div className="grow">
        <p className="notice-title">{t('schedule.startsItself', { count: times.length })}</p>
        {times.map((when) => (
          <p key={when}>{t('schedule.inDocument', { when })}</p>
        ))}
      </div>
    </div>
  );
}

function schedulesIn(source: string): string[] {
  const { schedule } = objectOf(objectOf(parseText(source).value).on);
  const given = Array.isArray(schedule) ? schedule : [schedule];
  return given.flatMap((one: unknown) => {
    const { cron, zone } = objectOf(one);
    return textOf(cron) === '' ? [] : [whenInWords(textOf(cron), textOf(zone) || 'UTC')];
  });
}
