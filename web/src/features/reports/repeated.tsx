import Button from '@mui/material/Button';
import { useMutation } from '@tanstack/react-query';
import { CalendarClock } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { exactTime } from '../../ui/clock.ts';
import { Failure } from '../../ui/states.tsx';
import { usePreview } from '../schedules/schedule-preview.tsx';
import type { Schedule } from '../workflows/types.ts';
import { Until } from '../workflows/until.tsx';
import { stopRepeating } from './set-up-repeat.ts';
import '../../ui/rows.css';

/** What was set up, when it comes first, and the way back. */
export function Repeated({ schedule, onUndone }: { schedule: Schedule; onUndone: () => void }) {
  const { t } = useTranslation();
  const { preview } = usePreview(schedule.cron, schedule.zone);
  const undo = useMutation({ mutationFn: () => stopRepeating(schedule), onSuccess: onUndone });
  const heading = useRef<HTMLHeadingElement>(null);
  // The form that had the focus is gone.
  useEffect(() => heading.current?.focus(), []);
  return (
    <section className="report-form" aria-labelledby="repeated">
      <h2 id="repeated" ref={heading} tabIndex={-1}>
        {t('repeat.done')}
      </h2>
      <ul className="card rows">
        <li>
          <span className="rows-icon">
            <CalendarClock size={18} aria-hidden="true" />
          </span>
          <div className="rows-main">
            <div className="rows-title">
              <span className="break">{preview?.sentence ?? schedule.cron}</span>
            </div>
            <div className="rows-facts">
              <Link to={`/workflows/${encodeURIComponent(schedule.workflow)}`}>{schedule.workflow}</Link>
              <span>{schedule.zone}</span>
              {schedule.due === null ? null : (
                <span>
                  {t('workflows.next')} <Until time={schedule.due} /> ({exactTime(schedule.due)})
                </span>
              )}
            </div>
          </div>
        </li>
      </ul>
      <p className="muted">{t('repeat.hint')}</p>
      {undo.error ? <Failure error={undo.error} /> : null}
      <div className="row wrap">
        <Button component={Link} to="/schedules" variant="contained" color="primary">
          {t('repeat.schedules')}
        </Button>
        <Button loading={undo.isPending} onClick={() => undo.mutate()}>
          {t('repeat.undo')}
        </Button>
        <Link to="/reports">{t('reports.title')}</Link>
      </div>
    </section>
  );
}
