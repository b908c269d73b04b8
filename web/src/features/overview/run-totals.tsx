import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { RunStatus } from '../../api/types.ts';
import { Section } from '../../ui/page.tsx';
import { RunStatusMark } from '../../ui/run-status.tsx';
import { Loaded } from '../../ui/states.tsx';
import { runTotalsQuery } from './queries.ts';
import { runsLink, type Scope } from './scope.ts';

const STATES = [
  'running',
  'queued',
  'cancelling',
  'done',
  'partial',
  'failed',
  'interrupted',
  'cancelled',
] as const satisfies readonly RunStatus[];

export function RunTotals({ scope }: { scope: Scope }) {
  const { t } = useTranslation();
  const query = useQuery(runTotalsQuery(scope.asked));
  const { from = 0, items = [] } = query.data ?? {};
  const counts = new Map<RunStatus, number>();
  for (const { status, count } of items) counts.set(status, (counts.get(status) ?? 0) + count);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const most = Math.max(1, ...counts.values());
  return (
    <Section
      title={t('home.runs.title')}
      aside={
        query.data ? (
          <Link to={runsLink(scope.asset, { since: from })}>{t('home.runs.all', { count: total })}</Link>
        ) : undefined
      }
    >
      <Loaded query={query} rows={3}>
        {total === 0 ? (
          <p className="muted">{t('home.runs.none')}</p>
        ) : (
          <ul className="card meter-list">
            {STATES.filter((status) => counts.has(status)).map((status) => (
              <li key={status}>
                <Link to={runsLink(scope.asset, { status, since: from })} className="meter-link">
                  <RunStatusMark status={status} />
                  <Meter share={(counts.get(status) ?? 0) / most} tone={status} />
                  <span className="meter-number">{counts.get(status)}</span>
                </Link>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Section>
  );
}

/** How much of the longest; the number beside it is what counts. */
export function Meter({ share, tone }: { share: number; tone?: RunStatus }) {
  return (
    <svg className="meter" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect className="meter-ground" width="100" height="8" />
      <rect
        className={tone ? `meter-fill meter-${tone}` : 'meter-fill'}
        width={share === 0 ? 0 : Math.max(1, share * 100)}
        height="8"
      />
    </svg>
  );
}
