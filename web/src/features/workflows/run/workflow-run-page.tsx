import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams, useSearchParams } from 'react-router';
import { Page, Section } from '../../../ui/page.tsx';
import { Failure, Loaded, Loading, Warning } from '../../../ui/states.tsx';
import { When } from '../../../ui/time.tsx';
import { useMediaQuery } from '../../../ui/use-media-query.ts';
import { ValueView } from '../../../ui/value-view.tsx';
import { ApprovalCard } from '../../approvals/approval-card.tsx';
import { Canvas } from '../designer/canvas.tsx';
import { graphOf } from '../document/graph.ts';
import { runDefinitionQuery, workflowRunQuery } from '../queries.ts';
import type { RunState } from '../types.ts';
import { useLiveWorkflowRun } from '../use-live-workflow-run.ts';
import { Duration } from '../workflow-run-row.tsx';
import { WorkflowStatusMark } from '../workflow-status.tsx';
import { RunActions } from './run-actions.tsx';
import { RunFindings } from './run-findings.tsx';
import { StepPanel } from './step-panel.tsx';
import { StepTable } from './step-table.tsx';
import './workflow-run-page.css';

/** One run of a workflow: the picture with what happened on it, the same as a table, and each step in full. */
export function WorkflowRunPage() {
  const { t } = useTranslation();
  const { run = '' } = useParams();
  const [search, setSearch] = useSearchParams();
  const query = useQuery(workflowRunQuery(run));
  useLiveWorkflowRun(run);
  const state = query.data;
  const selected = search.get('step');
  const select = (step: string | null) => setSearch(step === null ? {} : { step }, { replace: true });
  return (
    <Page
      title={state ? t('wfRun.title', { name: state.name }) : t('wfRun.untitled')}
      heading={
        state ? (
          <span className="row wrap">
            {state.workflow === null ? (
              state.name
            ) : (
              <Link to={`/workflows/${encodeURIComponent(state.name)}`}>{state.name}</Link>
            )}
            <WorkflowStatusMark status={state.status} />
          </span>
        ) : undefined
      }
      lead={state ? <Lead state={state} /> : undefined}
      actions={state ? <RunActions run={state} /> : undefined}
    >
      <Loaded query={query} rows={8}>
        {state ? <Run state={state} selected={selected} onSelect={select} /> : null}
      </Loaded>
    </Page>
  );
}

function Lead({ state }: { state: RunState }) {
  const { t } = useTranslation();
  return (
    <span className="wf-run-lead">
      <span>{t(`wfRuns.trigger.${state.trigger.kind}` as 'wfRuns.trigger.manual')}</span>
      <When time={state.created} />
      <Duration run={state} />
      {state.revision === null ? (
        <span>{t('wfRun.inline')}</span>
      ) : (
        <span>{t('workflows.revision', { revision: state.revision })}</span>
      )}
      {state.samples ? <span>{t('wfRun.samples')}</span> : null}
      {state.rerunOf ? (
        <Link to={`/workflow-runs/${state.rerunOf}`}>
          {state.fromStep ? t('wfRun.againFrom', { step: state.fromStep }) : t('wfRun.again')}
        </Link>
      ) : null}
      {state.parent ? (
        <Link to={`/workflow-runs/${state.parent.run}`}>
          {t('wfRun.partOf', { step: state.parent.step })}
        </Link>
      ) : null}
    </span>
  );
}

interface RunProps {
  state: RunState;
  selected: string | null;
  onSelect: (step: string | null) => void;
}

function Run({ state, selected, onSelect }: RunProps) {
  const { t } = useTranslation();
  const definition = useQuery(runDefinitionQuery(state.id));
  const wide = useMediaQuery('(min-width: 600px)');
  const graph = useMemo(() => (definition.data ? graphOf(plain(definition.data)) : null), [definition.data]);
  const statuses = new Map(state.steps.map(({ name, status }) => [name, status]));
  const step = state.steps.find(({ name }) => name === selected);
  const failed = state.steps.find(({ status }) => status === 'failed');
  return (
    <>
      {state.error ? (
        <Warning
          title={state.error.message}
          action={
            failed ? (
              <button type="button" className="suggestion" onClick={() => onSelect(failed.name)}>
                {t('wfRun.goToFailed', { step: failed.name })}
              </button>
            ) : undefined
          }
        />
      ) : null}
      {state.section === 'held' ? <Warning title={t('wfRun.held')} /> : null}
      {state.approvals.map((approval) => (
        <ApprovalCard key={approval.id} approval={approval} />
      ))}
      <div className={step ? 'wf-run-columns' : undefined}>
        <div className="stack">
          {definition.error ? <Failure error={definition.error} /> : null}
          {wide && (graph || definition.isLoading) ? (
            <div className="card wf-picture">
              {graph ? (
                <Canvas
                  graph={graph}
                  label={t('wfRun.picture')}
                  selected={selected}
                  onSelect={onSelect}
                  statusOf={(id) => statuses.get(id)}
                />
              ) : (
                <div className="grow">
                  <Loading rows={1} height={160} />
                </div>
              )}
            </div>
          ) : null}
          <StepTable state={state} selected={selected} onSelect={onSelect} />
        </div>
        {step ? <StepPanel key={step.name} run={state} step={step} onClose={() => onSelect(null)} /> : null}
      </div>
      <RunFindings run={state} />
      <Section title={t('data.inputs')}>
        <ValueView value={state.inputs} />
      </Section>
      {state.outputs && Object.keys(state.outputs).length > 0 ? (
        <Section title={t('wfRun.outputs')}>
          <ValueView value={state.outputs} />
        </Section>
      ) : null}
    </>
  );
}

/** A definition has every key; a document only those that say something. */
function plain(definition: object): Record<string, unknown> {
  const clean = (steps: unknown) =>
    (steps as Record<string, unknown>[]).map((step) =>
      Object.fromEntries(
        Object.entries(step).filter(([key, value]) => value !== null && value !== false && key !== 'line'),
      ),
    );
  const value = definition as Record<string, unknown>;
  return {
    ...value,
    steps: clean(value.steps),
    on_failure: clean(value.on_failure),
    finally: clean(value.finally),
  };
}
