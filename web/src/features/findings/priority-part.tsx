import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Loaded } from '../../ui/states.tsx';
import { priorityQuery } from './queries.ts';

/** What the priority is made of: each factor with its sign, in words. Unknown, none and zero are three things. */
export function PriorityPart({ finding }: { finding: string }) {
  const { t } = useTranslation();
  const query = useQuery(priorityQuery(finding));
  const { data } = query;
  return (
    <Loaded query={query} rows={7}>
      {data ? (
        <>
          <p className="priority-value">
            <strong>{data.value}</strong> <span className="muted">{t('priority.of')}</span>
          </p>
          <ul className="priority-factors" aria-label={t('priority.factors')}>
            {data.contributions.map(({ factor, state, points, text }) => (
              <li key={factor} className={state === 'known' ? undefined : 'muted'}>
                <span
                  className={`priority-points ${points > 0 ? 'points-up' : points < 0 ? 'points-down' : ''}`}
                >
                  {state === 'unknown' ? '?' : points > 0 ? `+${points}` : points < 0 ? `−${-points}` : '0'}
                </span>
                <span className="break">{state === 'unknown' ? t('priority.unknown', { text }) : text}</span>
              </li>
            ))}
          </ul>
          {data.stored === null ? (
            <p className="muted small">{t('priority.notStored')}</p>
          ) : data.stored === data.value ? null : (
            <p className="muted small">{t('priority.stored', { value: data.stored })}</p>
          )}
        </>
      ) : null}
    </Loaded>
  );
}
