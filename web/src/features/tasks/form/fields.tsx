import { ChevronRight } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Params } from '../../../api/types.ts';
import { FieldWidget } from './field-widget.tsx';
import { getAt, sameValue, setAt } from './params.ts';
import type { FormField } from './schema.ts';

interface FieldsProps {
  fields: readonly FormField[];
  params: Params;
  errors: ReadonlyMap<string, string>;
  onChange: (params: Params, path: string) => void;
  onBlur: (path: string) => void;
}

/** More than this at once is a wall: further optional parameters go behind the fold. */
const VISIBLE = 4;

/** Required parameters first, then the common ones, the rest behind a fold that says how many of them are changed. */
export function Fields(props: FieldsProps) {
  const { t } = useTranslation();
  const { fields, params, errors } = props;
  const required = fields.filter((field) => field.required);
  const usual = fields.filter((field) => !field.required && !field.advanced);
  const common = usual.slice(0, Math.max(1, VISIBLE - required.length));
  const advanced = fields.filter((field) => !field.required && !common.includes(field));
  const changed = advanced.filter((field) => getAt(params, field.path) !== undefined).length;
  const wrong = advanced.some((field) => [...errors.keys()].some((path) => isAt(path, field.path)));
  return (
    <>
      <FieldList {...props} fields={[...required, ...common]} />
      {advanced.length > 0 ? (
        <details className="advanced" open={wrong || undefined}>
          <summary>
            <ChevronRight size={16} aria-hidden="true" />
            {changed > 0 ? t('form.advancedChanged', { count: changed }) : t('form.advanced')}
          </summary>
          <div className="params">
            <FieldList {...props} fields={advanced} />
          </div>
        </details>
      ) : null}
    </>
  );
}

function FieldList({ fields, params, errors, onChange, onBlur }: FieldsProps) {
  return fields.map((field) => {
    if (field.widget.type === 'group') {
      return (
        <fieldset key={field.path} className="param-group">
          <legend>{field.title}</legend>
          <FieldList
            fields={field.widget.fields}
            params={params}
            errors={errors}
            onChange={onChange}
            onBlur={onBlur}
          />
        </fieldset>
      );
    }
    return (
      <FieldWidget
        key={field.path}
        field={field}
        value={getAt(params, field.path)}
        error={errorOf(errors, field.path)}
        onChange={(value) => {
          const next = sameValue(value, field.default) ? undefined : value;
          onChange(setAt(params, field.path, next), field.path);
        }}
        onBlur={() => onBlur(field.path)}
      />
    );
  });
}

/** A problem at an entry of a list (`exclude.2`) is shown at the list. */
function errorOf(errors: ReadonlyMap<string, string>, path: string): string | undefined {
  for (const [at, message] of errors) if (isAt(at, path)) return message;
  return undefined;
}

function isAt(problem: string, path: string): boolean {
  return problem === path || problem.startsWith(`${path}.`);
}
