import Button from '@mui/material/Button';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { CalendarPlus, Pencil, Play, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { useMay } from '../../app/session.ts';
import { Badge } from '../../ui/badge.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Page } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import { DefinitionPart } from './definition-part.tsx';
import { workflowQuery } from './queries.ts';
import { RevisionsPart } from './revisions-part.tsx';
import { RunDialog } from './run-dialog.tsx';
import { RunsOfWorkflow } from './runs-of-workflow.tsx';
import type { Workflow } from './types.ts';
import { useWorkflowsRefresh } from './use-workflows-refresh.ts';
import { workflowsApi } from './workflows-api.ts';
import './workflow-page.css';

const PARTS = ['definition', 'runs', 'revisions'] as const;
type Part = (typeof PARTS)[number];

export function WorkflowPage() {
  const { t } = useTranslation();
  const { name = '' } = useParams();
  const [search, setSearch] = useSearchParams();
  const query = useQuery(workflowQuery(name));
  useWorkflowsRefresh();
  const part = PARTS.find((one) => one === search.get('part')) ?? 'definition';
  const workflow = query.data;
  return (
    <Page
      title={name}
      lead={workflow?.description || undefined}
      actions={workflow ? <Actions workflow={workflow} /> : undefined}
    >
      <Loaded query={query} rows={8}>
        {workflow ? (
          <>
            <Facts workflow={workflow} />
            <Tabs
              value={part}
              onChange={(_event, next: Part) => setSearch(next === 'definition' ? {} : { part: next })}
              aria-label={t('workflow.parts')}
            >
              {PARTS.map((one) => (
                <Tab
                  key={one}
                  value={one}
                  label={t(`workflow.part.${one}`)}
                  id={`workflow-${one}`}
                  aria-controls={`workflow-panel-${one}`}
                />
              ))}
            </Tabs>
            <div
              role="tabpanel"
              id={`workflow-panel-${part}`}
              aria-labelledby={`workflow-${part}`}
              className="wf-parts"
            >
              {part === 'definition' ? <DefinitionPart workflow={workflow} /> : null}
              {part === 'runs' ? <RunsOfWorkflow workflow={workflow.name} /> : null}
              {part === 'revisions' ? <RevisionsPart workflow={workflow} /> : null}
            </div>
          </>
        ) : null}
      </Loaded>
    </Page>
  );
}

function Facts({ workflow }: { workflow: Workflow }) {
  const { t } = useTranslation();
  return (
    <div className="row wrap">
      {workflow.tags.map((tag) => (
        <Badge key={tag}>{tag}</Badge>
      ))}
      <span className="muted small">
        {t('workflow.revisionFrom', { revision: workflow.revision })} <When time={workflow.updated} />
        {workflow.note ? ` · ${workflow.note}` : ''}
      </span>
    </div>
  );
}

function Actions({ workflow }: { workflow: Workflow }) {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [running, setRunning] = useState(false);
  const [removing, setRemoving] = useState(false);
  const address = `/workflows/${encodeURIComponent(workflow.name)}`;
  return (
    <>
      {may('workflow:write') ? (
        <>
          <Button startIcon={<Trash2 size={16} />} onClick={() => setRemoving(true)}>
            {t('action.remove')}
          </Button>
          <Button
            component={Link}
            to={`/schedules?add=${encodeURIComponent(workflow.name)}`}
            startIcon={<CalendarPlus size={16} />}
          >
            {t('workflow.schedule')}
          </Button>
          <Button component={Link} to={`${address}/edit`} startIcon={<Pencil size={16} />}>
            {t('action.edit')}
          </Button>
        </>
      ) : null}
      {may('workflow:run') && workflow.definition.on.manual ? (
        <Button
          variant="contained"
          color="primary"
          startIcon={<Play size={16} />}
          onClick={() => setRunning(true)}
        >
          {t('workflow.run')}
        </Button>
      ) : null}
      {running ? (
        <RunDialog
          title={t('workflow.runTitle', { name: workflow.name })}
          workflow={workflow.name}
          source={workflow.source}
          samples={false}
          onStarted={(run) => void navigate(`/workflow-runs/${run}`)}
          onClose={() => setRunning(false)}
        />
      ) : null}
      {removing ? (
        <Confirm
          title={t('workflow.removeTitle', { name: workflow.name })}
          action={t('action.remove')}
          onConfirm={async () => {
            await workflowsApi.remove(workflow.name, false);
            client.removeQueries({ queryKey: workflowQuery(workflow.name).queryKey });
            void client.invalidateQueries({ queryKey: ['workflows'] });
            toast(t('workflow.removed', { name: workflow.name }));
            await navigate('/workflows');
          }}
          onClose={() => setRemoving(false)}
        >
          {t('workflow.removeHint')}
        </Confirm>
      ) : null}
    </>
  );
}
