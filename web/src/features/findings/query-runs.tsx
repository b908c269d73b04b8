import { useQueries } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useMay } from '../../app/session.ts';
import { exactTime } from '../../ui/clock.ts';
import { runQuery } from '../runs/queries.ts';
import { runsIn } from './named-runs.ts';

/** The runs that a query names by their ids: which those were, in words. */
export function QueryRuns({ q }: { q: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const named = runsIn(q);
  const runs = useQueries({
    queries: named.map(({ run }) => ({ ...runQuery(run), enabled: may('run:read') })),
  });
  if (named.length === 0) return null;
  return (
    <p className="muted small break">
      {named.map(({ key, run }, at) => {
        const known = runs[at]?.data;
        if (!known) return null;
        const words = { task: known.task, of: known.target ?? '', time: exactTime(known.created) };
        return (
          <span key={`${key} ${run}`}>
            {at > 0 ? '; ' : ''}
            {t(known.target ? `query.run.${key}-of` : `query.run.${key}`, words)}{' '}
            <Link to={`/runs/${encodeURIComponent(run)}`}>{t('query.run.open')}</Link>
          </span>
        );
      })}
    </p>
  );
}
