import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import { Stethoscope } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useCommands } from '../../app/commands.ts';
import { clockTime } from '../../ui/clock.ts';
import { Section } from '../../ui/page.tsx';
import { Inline } from '../../ui/prose.tsx';
import { Failure, Loading } from '../../ui/states.tsx';
import { checksQuery } from './queries.ts';
import { VerdictMark } from './verdict-mark.tsx';

/** What `sentinelx doctor` says, from here. */
export function Checks() {
  const { t } = useTranslation();
  const query = useQuery(checksQuery);
  const command = {
    id: 'system-check',
    label: t('health.check'),
    group: 'here' as const,
    icon: Stethoscope,
    run: () => void query.refetch(),
  };
  useCommands([command]);
  return (
    <Section
      title={t('health.checks')}
      aside={
        <Button
          startIcon={<Stethoscope size={16} />}
          loading={query.isFetching}
          loadingPosition="start"
          onClick={command.run}
        >
          {command.label}
        </Button>
      }
    >
      <p className="muted prose">
        <Inline
          text={
            query.data
              ? t('health.checkedAt', { time: clockTime(query.data.checked) })
              : t('health.checksLead')
          }
        />
      </p>
      {query.isError ? <Failure error={query.error} onRetry={command.run} /> : null}
      {query.isFetching && !query.data ? <Loading rows={5} /> : null}
      {query.data ? (
        <ul className="health-checks card">
          {query.data.checks.map((check) => (
            <li key={`${check.name} ${check.detail}`}>
              <VerdictMark verdict={check.verdict} />
              <span className="health-check-name">{check.name}</span>
              <span className="break grow">
                {check.detail}
                {check.advice ? <span className="muted small health-advice">{check.advice}</span> : null}
              </span>
            </li>
          ))}
        </ul>
      ) : null}
    </Section>
  );
}
