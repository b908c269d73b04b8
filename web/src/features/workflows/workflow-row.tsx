import { CalendarClock, Pause, Workflow as WorkflowIcon } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Badge } from '../../ui/badge.tsx';
import { OwnRunStrip, RunStrip } from './run-strip.tsx';
import type { RunSummary, Summary } from './types.ts';
import { Until } from './until.tsx';

interface WorkflowRowProps {
  workflow: Summary;
  runs: readonly RunSummary[] | undefined;
  /** There are runs older than those that were read. */
  mayHaveOlder: boolean;
  next: { due: number | null; paused: boolean } | undefined;
}

export function WorkflowRow({ workflow, runs, mayHaveOlder, next }: WorkflowRowProps) {
  const { t } = useTranslation();
  const address = `/workflows/${encodeURIComponent(workflow.name)}`;
  return (
    <li className="wf-row">
      <span className="rows-icon">
        <WorkflowIcon size={18} aria-hidden="true" />
      </span>
      <div className="rows-main">
        <div className="rows-title">
          <Link to={address} data-row={workflow.name}>
            {workflow.name}
          </Link>
          {workflow.tags.map((tag) => (
            <Badge key={tag}>{tag}</Badge>
          ))}
        </div>
        {workflow.description ? <p className="wf-row-text">{workflow.description}</p> : null}
        <div className="rows-facts">
          <span>{t('workflows.steps', { count: workflow.steps })}</span>
          <span>{t('workflows.revision', { revision: workflow.revision })}</span>
          {next ? (
            <span className="wf-row-next">
              {next.paused ? (
                <Pause size={13} aria-hidden="true" />
              ) : (
                <CalendarClock size={13} aria-hidden="true" />
              )}
              {next.paused ? (
                t('workflows.paused')
              ) : next.due === null ? (
                t('workflows.neverAgain')
              ) : (
                <>
                  {t('workflows.next')} <Until time={next.due} />
                </>
              )}
            </span>
          ) : null}
        </div>
      </div>
      {runs === undefined && mayHaveOlder ? (
        <OwnRunStrip workflow={workflow.name} />
      ) : (
        <RunStrip runs={runs ?? []} />
      )}
    </li>
  );
}
