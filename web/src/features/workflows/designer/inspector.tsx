import Button from '@mui/material/Button';
import { FlaskConical, Replace, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { CheckList } from '../../../ui/check-list.tsx';
import { referenceTo, renameStep, setField } from '../document/edit.ts';
import type { Step } from '../document/graph.ts';
import { ActionIcon } from './action-icon.tsx';
import { mayConnect } from './canvas.tsx';
import { CommittedInput } from './committed-input.tsx';
import { useDesigner } from './designer-context.ts';
import { StepFlow } from './step-flow.tsx';
import { StepGate } from './step-gate.tsx';
import { StepParams } from './step-params.tsx';
import { StepResult } from './step-result.tsx';
import { StepSample } from './step-sample.tsx';
import { actionWords } from './step-words.ts';
import './inspector.css';

const NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;

/** Everything about one step as a form. Every change is in the text at once. */
export function Inspector({ step }: { step: Step }) {
  const { t } = useTranslation();
  const designer = useDesigner();
  const { draft, state } = designer;
  const problems = designer.problemsOf(step);
  const isAction = step.action === 'task' || step.action === 'operation' || step.action === 'workflow';

  const rename = (name: string): string | undefined => {
    if (!NAME.test(name)) return t('designer.nameRule');
    if (state.graph.byId.has(name)) return t('designer.nameTaken', { name });
    draft.edit(renameStep(state.graph, step, name));
    designer.select(name);
    return undefined;
  };

  return (
    <fieldset
      className="wf-inspector"
      disabled={state.broken}
      aria-label={t('designer.stepForm', { name: step.name })}
    >
      {state.broken ? <p className="field-error">{t('designer.brokenForm')}</p> : null}
      <div className="wf-inspector-head">
        <span className="wf-node-icon">
          <ActionIcon action={step.action} size={18} />
        </span>
        <strong className="grow break">{actionWords(t, step)}</strong>
        {isAction || step.action === 'none' ? (
          <Button
            size="small"
            startIcon={<Replace size={14} />}
            onClick={() => designer.add({ kind: 'action', step })}
          >
            {t('designer.change')}
          </Button>
        ) : null}
      </div>
      {problems.length > 0 ? (
        <ul className="wf-problem-list" role="status">
          {problems.map((problem) => (
            <li key={`${problem.field} ${problem.message}`} className="field-error">
              {problem.message}
            </li>
          ))}
        </ul>
      ) : null}
      <CommittedInput
        id="step-name"
        label={t('designer.name')}
        hint={t('designer.nameHint', { reference: referenceTo(step.id) })}
        className="mono"
        autoComplete="off"
        spellCheck={false}
        value={step.name}
        onCommit={rename}
      />
      {isAction ? <StepParams key={`${step.action} ${step.ref}`} step={step} problems={problems} /> : null}
      <StepGate step={step} />
      <Needs step={step} />
      <StepFlow step={step} isAction={isAction} />
      {isAction ? <StepSample step={step} /> : null}
      <StepResult step={step} />
      <div className="row wrap">
        {isAction ? (
          <Button startIcon={<FlaskConical size={16} />} onClick={() => designer.test(step)}>
            {t('designer.test')}
          </Button>
        ) : null}
        <Button color="error" startIcon={<Trash2 size={16} />} onClick={() => designer.remove(step)}>
          {t('designer.remove')}
        </Button>
      </div>
    </fieldset>
  );
}

/** The same connections as on the canvas, to tick. */
function Needs({ step }: { step: Step }) {
  const { t } = useTranslation();
  const { draft, state } = useDesigner();
  const { graph } = state;
  const possible = graph.steps.filter(
    (other) => step.needs.includes(other.id) || mayConnect(graph, other.id, step.id),
  );
  if (possible.length === 0) return null;
  return (
    <details className="advanced" open={possible.length <= 6 || undefined}>
      <summary>{t('designer.waitsFor', { count: step.needs.length })}</summary>
      <CheckList
        legend={t('designer.waitsForLegend')}
        options={possible.map(({ id, name }) => ({
          value: id,
          label: name,
          ...(step.reads.includes(id) ? { note: t('designer.readsIt') } : {}),
        }))}
        chosen={step.needs}
        onChange={(needs) =>
          draft.edit(
            setField(
              step,
              ['depends_on'],
              needs.length === 0 ? undefined : needs.length === 1 ? needs[0] : needs,
            ),
          )
        }
      />
    </details>
  );
}
