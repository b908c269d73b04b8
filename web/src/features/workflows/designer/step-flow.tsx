import Switch from '@mui/material/Switch';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { TextInput } from '../../../ui/input.tsx';
import { setField } from '../document/edit.ts';
import { objectOf, type Step } from '../document/graph.ts';
import { useDesigner } from './designer-context.ts';

/** When a step runs, how often, how long, and what its failure means. */
export function StepFlow({ step, isAction }: { step: Step; isAction: boolean }) {
  const { t } = useTranslation();
  const id = useId();
  const { draft } = useDesigner();
  const { value } = step;
  const set = (path: readonly string[], next: unknown) =>
    draft.edit(setField(step, path, next), `flow ${step.id} ${path.join('.')}`);
  const text = (key: string) => (value[key] === undefined || value[key] === null ? '' : asText(value[key]));
  const retry = objectOf(value.retry);
  const used = ['for_each', 'retry', 'timeout', 'continue_on_error', 'labels'].filter(
    (key) => value[key] !== undefined,
  );
  return (
    <>
      <TextInput
        id={`${id}-condition`}
        label={t('designer.condition')}
        hint={t('designer.conditionHint')}
        className="mono"
        autoComplete="off"
        spellCheck={false}
        placeholder="inputs.deep"
        value={text('condition')}
        onChange={(event) => set(['condition'], event.target.value || undefined)}
      />
      <details className="advanced" open={used.length > 0 || undefined}>
        <summary>
          {used.length > 0 ? t('designer.flowUsed', { count: used.length }) : t('designer.flow')}
        </summary>
        <div className="stack">
          {isAction ? (
            <>
              <TextInput
                id={`${id}-each`}
                label={t('designer.forEach')}
                hint={t('designer.forEachHint')}
                className="mono"
                autoComplete="off"
                spellCheck={false}
                value={text('for_each')}
                onChange={(event) => set(['for_each'], listOrText(event.target.value))}
              />
              <div className="wf-two">
                <TextInput
                  id={`${id}-concurrency`}
                  label={t('designer.concurrency')}
                  type="number"
                  min={1}
                  disabled={!step.forEach}
                  value={text('concurrency')}
                  onChange={(event) => set(['concurrency'], numberOf(event.target.value))}
                />
                <TextInput
                  id={`${id}-timeout`}
                  label={t('designer.timeout')}
                  placeholder="15m"
                  autoComplete="off"
                  value={text('timeout')}
                  onChange={(event) => set(['timeout'], event.target.value || undefined)}
                />
                <TextInput
                  id={`${id}-retry`}
                  label={t('designer.retry')}
                  type="number"
                  min={0}
                  max={100}
                  value={step.retries > 0 ? String(step.retries) : ''}
                  onChange={(event) => {
                    const max = numberOf(event.target.value);
                    set(
                      ['retry'],
                      max === undefined ? undefined : retry.backoff ? { max, backoff: retry.backoff } : max,
                    );
                  }}
                />
                <TextInput
                  id={`${id}-backoff`}
                  label={t('designer.backoff')}
                  placeholder="5s"
                  autoComplete="off"
                  disabled={step.retries === 0}
                  value={typeof retry.backoff === 'string' ? retry.backoff : ''}
                  onChange={(event) =>
                    set(
                      ['retry'],
                      event.target.value === ''
                        ? step.retries
                        : { max: step.retries, backoff: event.target.value },
                    )
                  }
                />
              </div>
            </>
          ) : null}
          <div className="switch-field">
            <Switch
              checked={step.goesOn}
              onChange={(event) => set(['continue_on_error'], event.target.checked || undefined)}
              slotProps={{ input: { id: `${id}-on`, 'aria-describedby': `${id}-on-hint` } }}
            />
            <div className="grow">
              <label htmlFor={`${id}-on`} className="field-label">
                {t('designer.goesOn')}
              </label>
              <div className="field-hint" id={`${id}-on-hint`}>
                {t('designer.goesOnHint')}
              </div>
            </div>
          </div>
          {isAction ? (
            <TextInput
              id={`${id}-labels`}
              label={t('designer.labels')}
              hint={t('designer.labelsHint')}
              className="mono"
              autoComplete="off"
              value={Object.entries(objectOf(value.labels))
                .map(([name, one]) => `${name}=${String(one)}`)
                .join(' ')}
              onChange={(event) => set(['labels'], labelsOf(event.target.value))}
            />
          ) : null}
        </div>
      </details>
    </>
  );
}

function asText(value: unknown): string {
  return typeof value === 'string'
    ? value
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);
}

/** `["a", "b"]` is a list, everything else an expression. */
function listOrText(text: string): unknown {
  if (text === '') return undefined;
  if (!text.trim().startsWith('[')) return text;
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : text;
  } catch {
    return text;
  }
}

function numberOf(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function labelsOf(text: string): Record<string, string> | undefined {
  const pairs = text
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => {
      const [name = '', ...rest] = word.split('=');
      return [name, rest.join('=')] as const;
    });
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
}
