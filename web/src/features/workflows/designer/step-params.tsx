import { useQuery } from '@tanstack/react-query';
import { Braces } from 'lucide-react';
import { type MouseEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Params } from '../../../api/types.ts';
import { Prose } from '../../../ui/prose.tsx';
import { Failure, Loading } from '../../../ui/states.tsx';
import { FieldWidget } from '../../tasks/form/field-widget.tsx';
import { getAt, sameValue } from '../../tasks/form/params.ts';
import { type FormField, fieldsOf } from '../../tasks/form/schema.ts';
import { taskQuery } from '../../tasks/queries.ts';
import { setField } from '../document/edit.ts';
import { objectOf, type Step } from '../document/graph.ts';
import { operationsQuery, workflowQuery } from '../queries.ts';
import type { DocumentProblem } from '../types.ts';
import { useDesigner } from './designer-context.ts';
import { ValuePicker } from './value-picker.tsx';

interface Described {
  schema: Record<string, unknown> | undefined;
  text: string;
  pending: boolean;
  error: unknown;
}

/** What a task, an operation or another workflow takes, from its own schema. */
export function StepParams({ step, problems }: { step: Step; problems: readonly DocumentProblem[] }) {
  const { t } = useTranslation();
  const described = useDescribed(step);
  if (described.pending) return <Loading rows={3} />;
  if (described.error) return <Failure error={described.error} />;
  if (!described.schema) return null;
  const fields = fieldsOf(described.schema);
  const params = objectOf(step.value.params);
  const errors = errorsOf(problems);
  const shown = fields.filter(
    (field) => field.required || !field.advanced || getAt(params, field.path) !== undefined,
  );
  const folded = fields.filter((field) => !shown.includes(field));
  return (
    <>
      {described.text ? (
        <details className="wf-docs">
          <summary>{t('designer.docs')}</summary>
          <Prose text={described.text} className="small muted" />
        </details>
      ) : null}
      {fields.length === 0 ? <p className="muted small">{t('designer.noParams')}</p> : null}
      <ParamList step={step} fields={shown} params={params} errors={errors} />
      {folded.length > 0 ? (
        <details className="advanced">
          <summary>{t('form.advanced')}</summary>
          <div className="stack">
            <ParamList step={step} fields={folded} params={params} errors={errors} />
          </div>
        </details>
      ) : null}
    </>
  );
}

function useDescribed(step: Step): Described {
  const of = (action: Step['action']) => step.action === action && step.ref !== '';
  const task = useQuery({ ...taskQuery(step.ref), enabled: of('task') });
  const workflow = useQuery({ ...workflowQuery(step.ref), enabled: of('workflow') });
  const operations = useQuery({ ...operationsQuery, enabled: of('operation') });
  if (step.action === 'task')
    return {
      schema: task.data?.params,
      text: task.data?.description ?? '',
      pending: of('task') && task.isPending,
      error: task.error,
    };
  if (step.action === 'workflow')
    return {
      schema: workflow.data?.inputs,
      text: workflow.data?.description ?? '',
      pending: of('workflow') && workflow.isPending,
      error: workflow.error,
    };
  const operation = operations.data?.find(({ id }) => id === step.ref);
  return {
    schema: operation?.params,
    text: operation?.summary ?? '',
    pending: of('operation') && operations.isPending,
    error: operations.error,
  };
}

interface ParamListProps {
  step: Step;
  fields: readonly FormField[];
  params: Params;
  errors: ReadonlyMap<string, string>;
}

function ParamList({ step, fields, params, errors }: ParamListProps) {
  return fields.map((field) =>
    field.widget.type === 'group' && !isExpression(getAt(params, field.path)) ? (
      <fieldset key={field.path} className="param-group">
        <legend>{field.title}</legend>
        <ParamList step={step} fields={field.widget.fields} params={params} errors={errors} />
      </fieldset>
    ) : (
      <Param
        key={field.path}
        step={step}
        field={field}
        value={getAt(params, field.path)}
        error={errorAt(errors, field.path)}
      />
    ),
  );
}

interface ParamProps {
  step: Step;
  field: FormField;
  value: unknown;
  error: string | undefined;
}

/** A field of the task's own form; what is an expression is text, whatever the field takes. */
function Param({ step, field, value, error }: ParamProps) {
  const { t } = useTranslation();
  const { draft } = useDesigner();
  const [anchor, setAnchor] = useState<Element | null>(null);
  const expression = isExpression(value);
  const shown: FormField = expression
    ? {
        ...field,
        kind: 'expression',
        widget: { type: 'text', long: String(value).length > 60 },
        examples: [],
      }
    : field;
  const set = (next: unknown) => {
    const own = sameValue(next, field.default) ? undefined : next;
    draft.edit(setField(step, ['params', ...field.path.split('.')], own), `param ${step.id} ${field.path}`);
  };
  return (
    <div className="wf-param">
      <FieldWidget field={shown} value={value} error={error} onChange={set} onBlur={() => undefined} />
      <div className="wf-param-tools">
        <button
          type="button"
          className="suggestion"
          aria-haspopup="menu"
          onClick={(event: MouseEvent) => setAnchor(event.currentTarget as Element)}
        >
          <Braces size={13} aria-hidden="true" />
          {t('designer.useValue')}
          <span className="visually-hidden">{t('designer.useValueFor', { field: field.title })}</span>
        </button>
        {expression ? (
          <button type="button" className="suggestion" onClick={() => set(undefined)}>
            {t('designer.usePlain')}
            <span className="visually-hidden">{t('designer.useValueFor', { field: field.title })}</span>
          </button>
        ) : null}
      </div>
      {anchor ? (
        <ValuePicker
          step={step}
          anchor={anchor}
          onPick={(text) => set(`\${{ ${text} }}`)}
          onClose={() => setAnchor(null)}
        />
      ) : null}
    </div>
  );
}

function isExpression(value: unknown): boolean {
  return typeof value === 'string' && value.includes('${{');
}

/** `steps.2.params.url` is at the field `url`. */
function errorsOf(problems: readonly DocumentProblem[]): Map<string, string> {
  return new Map(
    problems.flatMap(({ field, message }) => {
      const path = /^[a-z_]+\.\d+\.params\.(.+)$/.exec(field)?.[1];
      return path === undefined ? [] : [[path, message] as const];
    }),
  );
}

function errorAt(errors: ReadonlyMap<string, string>, path: string): string | undefined {
  for (const [at, message] of errors) if (at === path || at.startsWith(`${path}.`)) return message;
  return undefined;
}
