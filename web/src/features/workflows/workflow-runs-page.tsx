import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Facet } from '../../ui/facet.tsx';
import { Page } from '../../ui/page.tsx';
import { RunsOfWorkflow } from './runs-of-workflow.tsx';
import { useWorkflowsRefresh } from './use-workflows-refresh.ts';
import { WorkflowsNav } from './workflows-nav.tsx';

const STATUSES = [
  'queued',
  'running',
  'waiting',
  'cancelling',
  'done',
  'partial',
  'failed',
  'cancelled',
] as const;
const TRIGGERS = ['manual', 'schedule', 'event', 'webhook', 'workflow', 'rerun'] as const;

export function WorkflowRunsPage() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const status = search.get('status') ?? '';
  const trigger = search.get('trigger') ?? '';
  useWorkflowsRefresh();
  const set = (key: string, value: string) => {
    const next = new URLSearchParams(search);
    if (value) next.set(key, value);
    else next.delete(key);
    setSearch(next, { replace: true });
  };
  return (
    <Page title={t('wfRuns.title')}>
      <WorkflowsNav />
      <div className="facets">
        <Facet
          label={t('runs.status')}
          options={STATUSES.map((value) => ({ value, label: t(`wfStatus.${value}`) }))}
          chosen={status.split(',').filter(Boolean)}
          onChange={(values) => set('status', values.join(','))}
        />
        <label className="row">
          <span className="muted small">{t('wfRuns.startedBy')}</span>
          <select className="input" value={trigger} onChange={(event) => set('trigger', event.target.value)}>
            <option value="">{t('wfRuns.anything')}</option>
            {TRIGGERS.map((value) => (
              <option key={value} value={value}>
                {t(`wfRuns.trigger.${value}`)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <RunsOfWorkflow status={status} trigger={trigger} />
    </Page>
  );
}
