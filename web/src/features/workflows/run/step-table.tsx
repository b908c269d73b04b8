import type { Translate } from 'react-i18next';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { duration, elapsed, useNow } from '../../../ui/clock.ts';
import type { RunState, StepState } from '../types.ts';
import { Until } from '../until.tsx';
import { WorkflowStatusMark } from '../workflow-status.tsx';

interface StepTableProps {
  state: RunState;
  selected: string | null;
  onSelect: (step: string | null) => void;
}

/** What the picture shows, as rows: every step with its state, attempt and times. */
export function StepTable({ state, selected, onSelect }: StepTableProps) {
  const { t } = useTranslation();
  return (
    <div className="card wf-steps">
      <table aria-label={t('wfRun.steps')}>
        <thead>
          <tr>
            <th scope="col">{t('wfRun.step')}</th>
            <th scope="col">{t('wfRun.state')}</th>
            <th scope="col">{t('wfRun.attempt')}</th>
            <th scope="col">{t('wfRun.duration')}</th>
            <th scope="col">{t('wfRun.of')}</th>
          </tr>
        </thead>
        <tbody>
          {state.steps.map((step) => (
            <tr key={step.name} className={step.name === selected ? 'wf-step-chosen' : undefined}>
              <td>
                <button
                  type="button"
                  className="wf-step-link"
                  aria-pressed={step.name === selected}
                  onClick={() => onSelect(step.name === selected ? null : step.name)}
                >
                  {step.name}
                </button>
                <StepNote step={step} />
              </td>
              <td>
                <WorkflowStatusMark status={step.status} />
              </td>
              <td>
                {step.attempt > 1 ? t('wfRun.attemptNumber', { number: step.attempt }) : step.attempt || ''}
              </td>
              <td>
                <StepTime step={step} />
              </td>
              <td>
                {step.run ? <Link to={`/runs/${step.run}`}>{t('wfRun.taskRun')}</Link> : null}
                {step.workflowRun ? (
                  <Link to={`/workflow-runs/${step.workflowRun}`}>{t('wfRun.childRun')}</Link>
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function StepNote({ step }: { step: StepState }) {
  const { t } = useTranslation();
  return (
    <div className="wf-step-note">
      {step.error ? <p>{step.error.message}</p> : null}
      {step.waitsFor && !step.items ? <>{waitWords(t, step)} </> : null}
      {step.waitsFor && step.due ? <Until time={step.due} /> : null}
      {step.items ? itemWords(t, step.items) : null}
    </div>
  );
}

function waitWords(t: Translate, { waitsFor, needs }: StepState): string {
  return waitsFor === 'worker'
    ? t('wfRun.waits.worker', { needs: needs || '–' })
    : t(`wfRun.waits.${waitsFor ?? 'time'}`);
}

export function itemWords(t: Translate, items: Readonly<Record<string, number>>): string {
  return Object.entries(items)
    .filter(([, count]) => count > 0)
    .map(([status, count]) =>
      t('wfRun.itemCount', { count, status: t(`wfStatus.${status}` as 'wfStatus.done') }),
    )
    .join(', ');
}

function StepTime({ step }: { step: StepState }) {
  const now = useNow(1000, step.started !== null && step.ended === null);
  if (step.started === null) return null;
  return step.ended === null ? duration(Math.max(0, now - step.started)) : elapsed(step.ended - step.started);
}
