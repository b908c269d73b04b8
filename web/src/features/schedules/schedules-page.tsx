import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import { CalendarClock, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useMay } from '../../app/session.ts';
import { Page } from '../../ui/page.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { schedulesQuery } from '../workflows/queries.ts';
import type { Schedule } from '../workflows/types.ts';
import { useWorkflowsRefresh } from '../workflows/use-workflows-refresh.ts';
import { WorkflowsNav } from '../workflows/workflows-nav.tsx';
import { ScheduleDialog } from './schedule-dialog.tsx';
import { ScheduleRow } from './schedule-row.tsx';
import { WeekView } from './week-view.tsx';
import '../../ui/rows.css';
import './schedules.css';

export function SchedulesPage() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const query = useQuery(schedulesQuery());
  const mayWrite = useMay()('workflow:write');
  const [editing, setEditing] = useState<Schedule | null>(null);
  useWorkflowsRefresh();
  const adding = search.get('add');
  const schedules = [...(query.data?.items ?? [])].sort(
    (a, b) =>
      Number(a.paused !== null) - Number(b.paused !== null) || (a.due ?? Infinity) - (b.due ?? Infinity),
  );
  const close = () => {
    setEditing(null);
    setSearch({}, { replace: true });
  };
  return (
    <Page
      title={t('schedule.title')}
      lead={t('schedule.lead')}
      actions={
        mayWrite ? (
          <Button
            variant="contained"
            color="primary"
            startIcon={<Plus size={16} />}
            onClick={() => setSearch({ add: '' }, { replace: true })}
          >
            {t('schedule.new')}
          </Button>
        ) : undefined
      }
    >
      <WorkflowsNav />
      <Loaded query={query}>
        {schedules.length === 0 ? (
          <Empty title={t('schedule.none')} icon={<CalendarClock size={22} />}>
            {t('schedule.noneHint')}
          </Empty>
        ) : (
          <>
            <ul className="card rows" aria-label={t('schedule.title')}>
              {schedules.map((schedule) => (
                <ScheduleRow key={schedule.id} schedule={schedule} onEdit={() => setEditing(schedule)} />
              ))}
            </ul>
            <WeekView schedules={schedules} />
          </>
        )}
      </Loaded>
      {adding !== null && mayWrite ? (
        <ScheduleDialog {...(adding ? { workflow: adding } : {})} onClose={close} />
      ) : null}
      {editing ? <ScheduleDialog schedule={editing} onClose={close} /> : null}
    </Page>
  );
}
