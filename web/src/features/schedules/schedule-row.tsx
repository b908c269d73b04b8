import Button from '@mui/material/Button';
import Switch from '@mui/material/Switch';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CalendarClock, Pencil, Play, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { useMay } from '../../app/session.ts';
import { Badge } from '../../ui/badge.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Failure } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import type { Schedule } from '../workflows/types.ts';
import { Until } from '../workflows/until.tsx';
import { schedulesApi, workflowsApi } from '../workflows/workflows-api.ts';
import { PauseDialog } from './pause-dialog.tsx';
import { usePreview } from './schedule-preview.tsx';

export function ScheduleRow({ schedule, onEdit }: { schedule: Schedule; onEdit: () => void }) {
  const { t } = useTranslation();
  const { preview } = usePreview(schedule.cron, schedule.zone);
  return (
    <li>
      <span className="rows-icon">
        <CalendarClock size={18} aria-hidden="true" />
      </span>
      <div className="rows-main">
        <div className="rows-title">
          <span className="break">{preview?.sentence ?? schedule.cron}</span>
          {schedule.paused ? <Badge tone="warning">{t('schedule.paused')}</Badge> : null}
          {schedule.source === 'definition' ? <Badge>{t('schedule.ofDocument')}</Badge> : null}
        </div>
        <div className="rows-facts">
          <Link to={`/workflows/${encodeURIComponent(schedule.workflow)}`}>{schedule.workflow}</Link>
          <code>{schedule.cron}</code>
          <span>{schedule.zone}</span>
          {schedule.paused === null && schedule.due !== null ? (
            <span>
              {t('workflows.next')} <Until time={schedule.due} />
            </span>
          ) : null}
          {schedule.lastRun ? (
            <Link to={`/workflow-runs/${schedule.lastRun}`}>{t('schedule.lastRun')}</Link>
          ) : null}
          <span>{t('schedule.overlapFact', { what: t(`schedule.overlaps.${schedule.overlap}`) })}</span>
        </div>
        {schedule.paused ? (
          <p className="muted small break">
            {t('schedule.pausedSince')} <When time={schedule.paused.time} />
            {schedule.paused.note ? `: “${schedule.paused.note}”` : ''}
          </p>
        ) : null}
      </div>
      <Actions schedule={schedule} onEdit={onEdit} />
    </li>
  );
}

function Actions({ schedule, onEdit }: { schedule: Schedule; onEdit: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [asking, setAsking] = useState<'pause' | 'remove' | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: ['schedules'] });
  const resume = useMutation({ mutationFn: () => schedulesApi.resume(schedule.id), onSuccess: refresh });
  const run = useMutation({
    mutationFn: () => workflowsApi.run({ workflow: schedule.workflow, inputs: schedule.inputs }),
    onSuccess: ({ run: started }) => void navigate(`/workflow-runs/${started.id}`),
  });
  const { name } = schedule;
  const on = schedule.paused === null;
  const failure = resume.error ?? run.error;
  return (
    <div className="rows-actions">
      {may('workflow:run') ? (
        <Button
          size="small"
          startIcon={<Play size={14} />}
          loading={run.isPending}
          loadingPosition="start"
          aria-label={t('schedule.runNowOf', { name })}
          onClick={() => run.mutate()}
        >
          {t('schedule.runNow')}
        </Button>
      ) : null}
      {may('workflow:write') ? (
        <>
          {schedule.source === 'manual' ? (
            <>
              <Button
                size="small"
                startIcon={<Pencil size={14} />}
                aria-label={t('schedule.editOf', { name })}
                onClick={onEdit}
              >
                {t('action.edit')}
              </Button>
              <Button
                size="small"
                startIcon={<Trash2 size={14} />}
                aria-label={t('schedule.removeOf', { name })}
                onClick={() => setAsking('remove')}
              >
                {t('action.remove')}
              </Button>
            </>
          ) : null}
          <span className="schedule-switch">
            <Switch
              checked={on}
              onChange={() => (on ? setAsking('pause') : resume.mutate())}
              slotProps={{ input: { 'aria-label': t('schedule.onOf', { name }) } }}
            />
            <span className="small muted" aria-hidden="true">
              {on ? t('state.on') : t('state.off')}
            </span>
          </span>
        </>
      ) : null}
      {failure ? <Failure error={failure} /> : null}
      {asking === 'pause' ? (
        <PauseDialog
          name={name}
          lead={t('schedule.pauseHint')}
          onPause={async (note) => {
            await schedulesApi.pause(schedule.id, note);
            await refresh();
          }}
          onClose={() => setAsking(null)}
        />
      ) : null}
      {asking === 'remove' ? (
        <Confirm
          title={t('schedule.removeTitle', { name })}
          action={t('action.remove')}
          onConfirm={async () => {
            await schedulesApi.remove(schedule.id);
            await refresh();
          }}
          onClose={() => setAsking(null)}
        >
          {t('schedule.removeHint')}
        </Confirm>
      ) : null}
    </div>
  );
}
