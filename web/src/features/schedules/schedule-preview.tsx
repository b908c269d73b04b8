import { TriangleAlert } from 'lucide-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { type Preview, previewOf, problemOfPreview } from './preview.ts';
import './schedules.css';

export type PreviewResult =
  | { preview: Preview; problem: null }
  | { preview: null; problem: { field: string; message: string } };

export function usePreview(cron: string, zone: string): PreviewResult {
  return useMemo(() => {
    try {
      return { preview: previewOf(cron, zone, Date.now()), problem: null };
    } catch (error) {
      const problem = problemOfPreview(error) ?? {
        field: 'cron',
        message: error instanceof Error ? error.message : String(error),
      };
      return { preview: null, problem };
    }
  }, [cron, zone]);
}

/** What an expression means in words, when it happens next in its zone, and what changes of the clock do to it. */
export function SchedulePreview({ preview, zone }: { preview: Preview; zone: string }) {
  const { t } = useTranslation();
  const format = useMemo(
    () =>
      new Intl.DateTimeFormat(undefined, {
        timeZone: zone,
        weekday: 'short',
        day: 'numeric',
        month: 'short',
        year: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        timeZoneName: 'short',
      }),
    [zone],
  );
  const hit = preview.changes.filter(({ hits }) => hits !== 'none');
  return (
    <div className="schedule-preview" role="status">
      <p className="schedule-sentence">{preview.sentence}</p>
      <p className="muted small">{t('schedule.next', { zone })}</p>
      <ol className="schedule-next">
        {preview.next.map((time) => (
          <li key={time}>
            <time dateTime={new Date(time).toISOString()}>{format.format(time)}</time>
          </li>
        ))}
      </ol>
      {hit.map(({ time, hits, runs }) => (
        <p key={time} className="schedule-dst small">
          <TriangleAlert size={14} aria-hidden="true" />
          <span>
            {hits === 'skipped'
              ? t('schedule.dstSkipped', { when: format.format(runs ?? time) })
              : t('schedule.dstTwice', { when: format.format(runs ?? time) })}
          </span>
        </p>
      ))}
      {hit.length === 0 && preview.changes.length > 0 ? (
        <p className="muted small">
          {t('schedule.dstNote', {
            when: preview.changes.map(({ time }) => format.format(time)).join(' · '),
          })}
        </p>
      ) : null}
    </div>
  );
}
