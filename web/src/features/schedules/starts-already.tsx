import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Warning } from '../../ui/states.tsx';
import { schedulesQuery } from '../workflows/queries.ts';
import { whenInWords } from './in-document.tsx';

/** Before a second schedule is made for a workflow by mistake: two of them are two runs a night. */
export function StartsAlready({ workflow }: { workflow: string }) {
  const { t } = useTranslation();
  const query = useQuery({ ...schedulesQuery(workflow), enabled: workflow !== '' });
  const running = query.data?.items.filter(({ paused }) => paused === null) ?? [];
  if (workflow === '' || running.length === 0) return null;
  return (
    <Warning title={t('schedule.already')}>
      <ul>
        {running.map((one) => (
          <li key={one.id}>
            {whenInWords(one.cron, one.zone)}
            {one.source === 'definition' ? (
              <>
                , {t('schedule.fromDocument')}:{' '}
                <Link to={`/workflows/${encodeURIComponent(workflow)}/edit`}>{t('schedule.changeThat')}</Link>
              </>
            ) : null}
          </li>
        ))}
      </ul>
      {t('schedule.addAnother')}
    </Warning>
  );
}
