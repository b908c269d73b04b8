import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ValueView } from '../../../ui/value-view.tsx';
import type { Step } from '../document/graph.ts';
import { WorkflowStatusMark } from '../workflow-status.tsx';
import { useDesigner } from './designer-context.ts';

/** What the test run that is shown has given for this step. */
export function StepResult({ step }: { step: Step }) {
  const { t } = useTranslation();
  const { stateOf, testRun } = useDesigner();
  const state = stateOf(step.id);
  if (!state) return null;
  return (
    <section className="stack" aria-label={t('designer.testResult')}>
      <div className="row wrap">
        <strong>{t('designer.testResult')}</strong>
        <WorkflowStatusMark status={state.status} />
        {testRun ? (
          <Link to={`/workflow-runs/${testRun}?step=${encodeURIComponent(step.id)}`}>
            {t('designer.openRun')}
          </Link>
        ) : null}
      </div>
      {state.error ? <p className="field-error">{state.error.message}</p> : null}
      {state.output === null || state.output === undefined ? null : <ValueView value={state.output} />}
      {state.outputCut ? <p className="muted small">{t('designer.outputLong')}</p> : null}
    </section>
  );
}
