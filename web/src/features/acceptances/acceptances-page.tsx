import { useQuery } from '@tanstack/react-query';
import { Hourglass, ShieldQuestion } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Page, Section } from '../../ui/page.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { findingsApi } from '../findings/findings-api.ts';
import { FindingsNav } from '../findings/findings-nav.tsx';
import { PagedList } from '../findings/paged-list.tsx';
import { findingsAddress } from '../findings/query-text.ts';
import { AcceptanceRow } from './acceptance-row.tsx';
import { useAcceptances } from './queries.ts';
import '../../ui/rows.css';

const SOON = 'status:risk-accepted accepted-until:<14d';
const SHOWN = 10;

/** Who asks that a risk is accepted, which acceptances end soon, and what was decided: in one place. */
export function AcceptancesPage() {
  const { t } = useTranslation();
  const pending = useAcceptances('pending');
  const decided = useAcceptances('decided');
  return (
    <Page
      title={t('findingParts.acceptances')}
      lead={t('acceptances.lead')}
      actions={<Link to={findingsAddress('status:risk-accepted')}>{t('acceptances.all')}</Link>}
    >
      <FindingsNav />
      <Section title={t('acceptances.pending')}>
        <PagedList
          query={pending}
          label={t('acceptances.pending')}
          keyOf={({ id }) => id}
          empty={
            <Empty title={t('acceptances.none')} icon={<ShieldQuestion size={22} />}>
              {t('acceptances.noneHint')}
            </Empty>
          }
          row={(one) => <AcceptanceRow one={one} />}
        />
      </Section>
      <EndingSoon />
      <Section title={t('acceptances.decided')}>
        <PagedList
          query={decided}
          label={t('acceptances.decided')}
          keyOf={({ id }) => id}
          empty={<p className="muted">{t('acceptances.noneDecided')}</p>}
          row={(one) => <AcceptanceRow one={one} />}
        />
      </Section>
    </Page>
  );
}

function EndingSoon() {
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: ['findings', 'soon'],
    queryFn: ({ signal }) => findingsApi.list({ q: SOON, sort: 'severity', limit: SHOWN }, signal),
  });
  const items = query.data?.items ?? [];
  return (
    <Section
      title={t('acceptances.soon')}
      aside={<Link to={findingsAddress(SOON)}>{t('acceptances.showSoon')}</Link>}
    >
      <Loaded query={query} rows={2}>
        {items.length === 0 ? (
          <p className="muted">{t('acceptances.noneSoon')}</p>
        ) : (
          <ul className="card rows" aria-label={t('acceptances.soon')}>
            {items.map((one) => (
              <li key={one.id}>
                <span className="rows-icon">
                  <Hourglass size={18} aria-hidden="true" />
                </span>
                <div className="rows-main">
                  <Link to={`/findings/${encodeURIComponent(one.id)}`} className="break">
                    {one.title}
                  </Link>
                  <div className="rows-facts">
                    <span>{t(`severity.${one.severity}`)}</span>
                    {one.acceptUntil === null ? null : (
                      <span>
                        {t('acceptances.opens')} <When time={one.acceptUntil} />
                      </span>
                    )}
                  </div>
                </div>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Section>
  );
}
