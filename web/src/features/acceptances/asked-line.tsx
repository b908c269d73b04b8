import { Hourglass } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { exactTime } from '../../ui/clock.ts';
import { When } from '../../ui/time.tsx';
import { useAcceptancesOf } from './queries.ts';

/** Beside the status of a finding: somebody asks that it is accepted, and nobody has answered. */
export function AskedChip({ finding }: { finding: string }) {
  const { t } = useTranslation();
  const waits = useAcceptancesOf(finding).data?.items.some(({ status }) => status === 'pending');
  if (!waits) return null;
  return (
    <Link to="/findings/acceptances" className="finding-mark">
      <Hourglass size={12} aria-hidden="true" /> {t('acceptances.waits')}
    </Link>
  );
}

/** Above the history of a finding: requests are entries of it only once they are approved. */
export function AskedLines({ finding }: { finding: string }) {
  const { t } = useTranslation();
  const asked = useAcceptancesOf(finding).data?.items.filter(({ status }) => status !== 'approved') ?? [];
  if (asked.length === 0) return null;
  return (
    <ul className="history" aria-label={t('acceptances.requests')}>
      {asked.map((one) => (
        <li key={one.id}>
          <p>
            <strong>{one.requesterName}</strong>{' '}
            {one.expires === null
              ? t('acceptances.asksIt')
              : t('acceptances.asksUntil', { time: exactTime(one.expires) })}{' '}
            <span className="muted small">
              <When time={one.requested} />
            </span>
          </p>
          <p className="muted">
            {one.status === 'pending' ? (
              <Link to="/findings/acceptances">{t('acceptances.waits')}</Link>
            ) : (
              t(`acceptances.status.${one.status}`)
            )}
            {one.decision ? `: ${one.decision}` : ''}
          </p>
        </li>
      ))}
    </ul>
  );
}
