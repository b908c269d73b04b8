import Button from '@mui/material/Button';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useMay } from '../../../app/session.ts';
import { Section } from '../../../ui/page.tsx';
import { SeverityChip } from '../../../ui/severity.tsx';
import { Failure } from '../../../ui/states.tsx';
import { workflowRunFindingsQuery } from '../queries.ts';
import type { RunState } from '../types.ts';
import { workflowEnded } from '../workflow-status.tsx';
import '../../../ui/rows.css';

/** What the tasks of the run reported, each once. Read again when the run has ended. */
export function RunFindings({ run }: { run: RunState }) {
  const { t } = useTranslation();
  const may = useMay();
  const done = run.steps.filter(({ status }) => workflowEnded(status)).length;
  const query = useInfiniteQuery({
    ...workflowRunFindingsQuery(run.id, done),
    enabled: may('finding:read'),
  });
  const findings = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (query.error) return <Failure error={query.error} />;
  if (findings.length === 0) return null;
  return (
    <Section title={t('wfRun.findings', { count: findings.length })}>
      <ul className="card rows">
        {findings.map((finding) => (
          <li key={finding.id}>
            <div className="rows-main">
              <Link to={`/findings/${finding.id}`}>{finding.title}</Link>
              <div className="rows-facts">
                <SeverityChip severity={finding.severity} />
                <span>{t(`change.${finding.change}`)}</span>
                <code className="break">{finding.rule}</code>
              </div>
            </div>
          </li>
        ))}
      </ul>
      {query.hasNextPage ? (
        <Button onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>
          {t('action.more')}
        </Button>
      ) : null}
    </Section>
  );
}
