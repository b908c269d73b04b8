import Button from '@mui/material/Button';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleDashed, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useMay, useUser } from '../../app/session.ts';
import { Empty } from '../../ui/states.tsx';
import { runsQuery } from '../runs/queries.ts';
import { scopeQuery } from '../scope/queries.ts';
import { anyScheduleQuery, anyUserQuery, facetsQuery } from './queries.ts';
import { SampleScan } from './sample-scan.tsx';

interface Step {
  id: 'run' | 'scope' | 'triage' | 'schedule' | 'invite';
  done: boolean;
  to: string;
}

/** What a new installation is worth doing first. It ticks itself from what really happened. */
export function Checklist({ fresh, steps }: { fresh: boolean | undefined; steps: Steps }) {
  const { t } = useTranslation();
  const may = useMay();
  const user = useUser();
  const kept = `sentinelx-checklist:${user?.id}:${user?.project}`;
  const [dismissed, setDismissed] = useState(() => localStorage.getItem(kept) !== null);
  if (fresh === undefined) return null;
  if (fresh && !may('run:create')) return <Empty title={t('runs.none')}>{t('overview.noneYet')}</Empty>;
  if (
    !may('run:create') ||
    typeof steps === 'string' ||
    (!fresh && (dismissed || steps.every(({ done }) => done)))
  )
    return null;
  const left = steps.filter(({ done }) => !done).length;
  return (
    <section className="card checklist" aria-label={t('home.first.title')}>
      <div className="checklist-head">
        <div className="grow">
          <h2>{fresh ? t('overview.welcome') : t('home.first.left', { count: left })}</h2>
          {fresh ? <p className="muted prose">{t('overview.welcomeHint')}</p> : null}
        </div>
        {fresh ? (
          <SampleScan primary />
        ) : (
          <Button
            size="small"
            variant="text"
            startIcon={<X size={14} />}
            onClick={() => {
              localStorage.setItem(kept, '1');
              setDismissed(true);
            }}
          >
            {t('home.first.dismiss')}
          </Button>
        )}
      </div>
      <ol>
        {steps.map(({ id, done, to }) => (
          <li key={id} className={done ? 'checklist-done' : undefined}>
            {done ? (
              <CircleCheck size={18} aria-hidden="true" />
            ) : (
              <CircleDashed size={18} aria-hidden="true" />
            )}
            <span>
              <span className="visually-hidden">{t(done ? 'home.first.done' : 'home.first.open')} </span>
              {done ? t(`home.first.step.${id}`) : <Link to={to}>{t(`home.first.step.${id}`)}</Link>}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** `asked` until all answers are there: nothing ticks itself before the eyes of the reader. */
export type Steps = readonly Step[] | 'asked' | 'unknown';

export function useSteps(): Steps {
  const may = useMay();
  const runs = useInfiniteQuery({ ...runsQuery({}), enabled: may('run:read') });
  const scope = useQuery({ ...scopeQuery, enabled: may('scope:write') });
  const facets = useQuery({ ...facetsQuery(''), enabled: may('finding:read') });
  const schedules = useQuery({ ...anyScheduleQuery, enabled: may('workflow:write') });
  const users = useQuery({ ...anyUserQuery, enabled: may('user:write') });
  const asked = [runs, scope, facets, schedules, users];
  if (asked.some((query) => query.isLoading)) return 'asked';
  // What could not be read is not known to be missing.
  if (asked.some((query) => query.isLoadingError)) return 'unknown';
  const decided = facets.data?.facets.status.values.some(
    ({ value }) => value !== 'open' && value !== 'fixed',
  );
  const steps: (Step & { shown: boolean })[] = [
    {
      id: 'run',
      done: (runs.data?.pages[0]?.items.length ?? 0) > 0,
      to: '/tasks',
      shown: may('run:create'),
    },
    {
      id: 'scope',
      done: (scope.data?.items.length ?? 0) > 0,
      to: '/project/scope',
      shown: may('scope:write'),
    },
    { id: 'triage', done: decided === true, to: '/findings', shown: may('finding:triage') },
    {
      id: 'schedule',
      done: (schedules.data?.items.length ?? 0) > 0,
      to: '/schedules',
      shown: may('workflow:write'),
    },
    { id: 'invite', done: (users.data?.items.length ?? 0) > 1, to: '/admin/users', shown: may('user:write') },
  ];
  return steps.filter(({ shown }) => shown);
}
