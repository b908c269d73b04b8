import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Section } from '../../ui/page.tsx';
import { SEVERITIES, SeverityIcon } from '../../ui/severity.tsx';
import { Loaded } from '../../ui/states.tsx';
import { facetsQuery } from './queries.ts';
import { findingsLink, firstDay, type Scope } from './scope.ts';

/** How bad is it now. Each number leads to the list with exactly this many rows: both ask the same question. */
export function OpenFindings({ scope }: { scope: Scope }) {
  const { t } = useTranslation();
  const { days } = scope;
  const open = scope.within('is:open');
  const query = useQuery(facetsQuery(open));
  const since = scope.within(`first-seen:>=${firstDay(days)}`);
  const fresh = useQuery(facetsQuery(since));
  const counts = new Map(query.data?.facets.severity.values.map(({ value, count }) => [value, count]));
  return (
    <Section
      title={t('overview.open')}
      aside={
        query.data ? (
          <Link to={findingsLink(open)}>{t('home.allOpen', { count: query.data.total })}</Link>
        ) : undefined
      }
    >
      <Loaded query={query} rows={1}>
        <div className="card counts">
          {SEVERITIES.map((severity) => (
            <Link
              key={severity}
              to={findingsLink(scope.within(`is:open severity:${severity}`))}
              className="count sev-count"
            >
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
            <Link to={findingsLink(since)}>{t('home.fresh', { count: fresh.data.total, days })}</Link>
          </p>
        ) : null}
      </Loaded>
    </Section>
  );
}
