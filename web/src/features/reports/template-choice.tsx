import { useTranslation } from 'react-i18next';
import type { Template } from './types.ts';

/** What a report can be: each template with the sentence that says what is in it. */
export function TemplateChoice({
  templates,
  chosen,
  onChange,
}: {
  templates: readonly Template[];
  chosen: string;
  onChange: (name: string) => void;
}) {
  const { t } = useTranslation();
  return (
    <fieldset className="report-templates">
      <legend className="field-label">{t('reports.template')}</legend>
      <div className="report-template-options">
        {templates.map(({ name, description, builtIn }) => (
          <label key={name} className="card report-template">
            <input
              type="radio"
              name="report-template"
              value={name}
              checked={chosen === name}
              onChange={() => onChange(name)}
            />
            <span className="grow">
              <strong className="break">{builtIn ? t(`reports.builtIn.${name as 'delta'}`) : name}</strong>
              <span className="report-template-note">{description}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
