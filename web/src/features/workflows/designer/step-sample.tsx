import Button from '@mui/material/Button';
import { useMutation } from '@tanstack/react-query';
import { Pin, PinOff } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { describedBy, Field } from '../../../ui/input.tsx';
import { Failure } from '../../../ui/states.tsx';
import { setField } from '../document/edit.ts';
import type { Step } from '../document/graph.ts';
import { workflowRunsApi } from '../workflows-api.ts';
import { useDesigner } from './designer-context.ts';

/** What stands in for the step in a run with sample data. */
export function StepSample({ step }: { step: Step }) {
  const { t } = useTranslation();
  const id = useId();
  const { draft, stateOf, testRun } = useDesigner();
  const stored = step.value.sample === undefined ? '' : JSON.stringify(step.value.sample, null, 2);
  const [text, setText] = useState(stored);
  const [wrong, setWrong] = useState(false);
  useEffect(() => {
    setText(stored);
    setWrong(false);
  }, [stored]);
  const last = stateOf(step.id);
  const commit = () => {
    if (text === stored) return;
    try {
      draft.edit(setField(step, ['sample'], text.trim() === '' ? undefined : JSON.parse(text)));
      setWrong(false);
    } catch {
      setWrong(true);
    }
  };
  // A long output is not among the steps of the run: the step itself has all of it.
  const pin = useMutation({
    mutationFn: async () =>
      last?.outputCut && testRun
        ? (await workflowRunsApi.step(testRun, last.name, null)).output
        : (last?.output ?? null),
    onSuccess: (output) => draft.edit(setField(step, ['sample'], { output })),
  });
  return (
    <details className="advanced" open={step.sample || undefined}>
      <summary>{step.sample ? t('designer.samplePinned') : t('designer.sample')}</summary>
      <div className="stack">
        <Field
          id={id}
          label={t('designer.sampleJson')}
          hint={t('designer.sampleHint')}
          error={wrong ? t('form.notJson') : undefined}
        >
          <textarea
            id={id}
            className="input mono"
            rows={4}
            spellCheck={false}
            value={text}
            aria-invalid={wrong || undefined}
            aria-describedby={describedBy(id, { hint: true, error: wrong })}
            onChange={(event) => setText(event.target.value)}
            onBlur={commit}
          />
        </Field>
        {pin.error ? <Failure error={pin.error} /> : null}
        <div className="row wrap">
          <Button
            size="small"
            startIcon={<Pin size={14} />}
            disabled={last?.status !== 'done'}
            loading={pin.isPending}
            onClick={() => pin.mutate()}
          >
            {t('designer.pin')}
          </Button>
          {step.sample ? (
            <Button
              size="small"
              startIcon={<PinOff size={14} />}
              onClick={() => draft.edit(setField(step, ['sample'], undefined))}
            >
              {t('designer.unpin')}
            </Button>
          ) : null}
        </div>
      </div>
    </details>
  );
}
