import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { relativeTime } from '../../ui/clock.ts';
import { lastRunsQuery } from './queries.ts';
import type { RunSummary } from './types.ts';
import { StatusIcon } from './workflow-status.tsx';

const SHOWN = 10;

/** The last results, newest at the end; each opens its run. */
export function RunStrip({ runs }: { runs: readonly RunSummary[] }) {
  const { t } = useTranslation();
  if (runs.length === 0) return <span className="faint small">{t('workflows.neverRan')}</span>;
  const now = Date.now();
  return (
    <ol className="wf-strip" aria-label={t('workflows.lastResults')}>
      {runs
        .slice(0, SHOWN)
        .reverse()
        .map((run) => {
          const label = t('workflows.result', {
            status: t(`wfStatus.${run.status}`),
            when: relativeTime(run.created, now),
          });
          return (
            <li key={run.id}>
              <Link to={`/workflow-runs/${run.id}`} className="wf-strip-run" aria-label={label} title={label}>
                <StatusIcon status={run.status} size={14} />
              </Link>
            </li>
          );
        })}
    </ol>
  );
}

/** For a workflow of which the newest runs of all tell nothing. */
export function OwnRunStrip({ workflow }: { workflow: string }) {
  const query = useQuery(lastRunsQuery(workflow));
  return query.data ? <RunStrip runs={query.data.items} /> : <span className="faint small">…</span>;
}
