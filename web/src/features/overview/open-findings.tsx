import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Section } from '../../ui/page.tsx';
import { SEVERITIES, SeverityIcon } from '../../ui/severity.tsx';
import { Loaded } from '../../ui/states.tsx';
import { facetsQuery } from './queries.ts';

const OPEN = 'is:open';

/** How bad is it now. Each number leads to the list with exactly this many rows: both ask the same question. */
export function OpenFindings({ days }: { days: number }) {
  const { t } = useTranslation();
  const query = useQuery(facetsQuery(OPEN));
  const since = `first-seen:>=${new Date(startOfSpan(days)).toISOString().slice(0, 10)}`;
  const fresh = useQuery(facetsQuery(since));
  const counts = new Map(query.data?.facets.severity.values.map(({ value, count }) => [value, count]));
  return (
    <Section
      title={t('overview.open')}
      aside={<Link to={listOf(OPEN)}>{t('home.allOpen', { count: query.data?.total ?? 0 })}</Link>}
    >
      <Loaded query={query} rows={1}>
        <div className="card counts">
          {SEVERITIES.map((severity) => (
            <Link key={severity} to={listOf(`${OPEN} severity:${severity}`)} className="count sev-count">
              <span className={counts.get(severity) ? 'count-number' : 'count-number count-zero'}>
                {counts.get(severity) ?? 0}
              </span>
              <span className="count-label">
                <SeverityIcon severity={severity} />
                {t(`severity.${severity}`)}
              </span>
            </Link>
          ))}
        </div>
        {fresh.data ? (
          <p className="muted small">
            <Link to={listOf(since)}>{t('home.fresh', { count: fresh.data.total, days })}</Link>
          </p>
        ) : null}
      </Loaded>
    </Section>
  );
}

function listOf(q: string): string {
  return `/findings?q=${encodeURIComponent(q)}`;
}

const DAY_MS = 86_400_000;

/** Whole days in UTC, as the server counts them. */
function startOfSpan(days: number): number {
  return (Math.floor(Date.now() / DAY_MS) + 1 - days) * DAY_MS;
}
