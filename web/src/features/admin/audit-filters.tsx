import { ListFilter } from 'lucide-react';
import { type FormEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useUser } from '../../app/session.ts';
import { TextInput } from '../../ui/input.tsx';
import { SelectInput } from '../../ui/select-input.tsx';
import { useMediaQuery } from '../../ui/use-media-query.ts';

export const FILTERS = ['actor', 'operation', 'subject', 'outcome', 'project', 'since', 'until'] as const;
type Filter = (typeof FILTERS)[number];

const OUTCOMES = ['done', 'refused', 'failed'] as const;
const LATER_MS = 400;

interface AuditFiltersProps {
  chosen: URLSearchParams;
  people: readonly { id: string; name: string }[];
  operations: readonly string[];
  onChange: (key: Filter, value: string) => void;
}

/** On a phone they would fill the screen before the first entry: there they open by a tap. */
export function AuditFilters(props: AuditFiltersProps) {
  const { t } = useTranslation();
  const phone = useMediaQuery('(max-width: 839.98px)');
  const count = FILTERS.filter((key) => props.chosen.get(key)).length;
  if (!phone) return <Filters {...props} />;
  return (
    <details className="audit-filter-box">
      <summary>
        <ListFilter size={16} aria-hidden="true" />
        {count > 0 ? t('audit.filtersSet', { count }) : t('audit.filters')}
      </summary>
      <Filters {...props} />
    </details>
  );
}

function Filters({ chosen, people, operations, onChange }: AuditFiltersProps) {
  const { t } = useTranslation();
  const projects = useUser()?.projects ?? [];
  const value = (key: Filter) => chosen.get(key) ?? '';
  return (
    <form className="audit-filters" onSubmit={(event: FormEvent) => event.preventDefault()}>
      <SelectInput
        id="audit-outcome"
        label={t('audit.outcome')}
        value={value('outcome')}
        onChange={(text) => onChange('outcome', text)}
        options={[
          { value: '', label: t('audit.any') },
          ...OUTCOMES.map((outcome) => ({ value: outcome, label: t(`audit.is.${outcome}`) })),
        ]}
      />
      <SlowInput
        id="audit-actor"
        label={t('audit.actor')}
        value={value('actor')}
        suggestions={people.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={(text) => onChange('actor', text)}
      />
      <SlowInput
        id="audit-operation"
        label={t('audit.operation')}
        value={value('operation')}
        suggestions={operations.map((operation) => ({ value: operation }))}
        onChange={(text) => onChange('operation', text)}
      />
      <SlowInput
        id="audit-subject"
        label={t('audit.subject')}
        value={value('subject')}
        suggestions={[]}
        onChange={(text) => onChange('subject', text)}
      />
      {projects.length > 1 ? (
        <SelectInput
          id="audit-project"
          label={t('audit.project')}
          value={value('project')}
          onChange={(text) => onChange('project', text)}
          options={[
            { value: '', label: t('audit.any') },
            ...projects.map((project) => ({ value: project.id, label: project.name })),
          ]}
        />
      ) : null}
      {(['since', 'until'] as const).map((key) => (
        <TextInput
          key={key}
          id={`audit-${key}`}
          type="date"
          label={t(`audit.${key}`)}
          value={value(key)}
          onChange={(event) => onChange(key, event.target.value)}
        />
      ))}
    </form>
  );
}

interface SlowInputProps {
  id: string;
  label: string;
  value: string;
  suggestions: readonly { value: string; label?: string }[];
  onChange: (value: string) => void;
}

/** Asks the server only when the typing pauses. */
function SlowInput({ id, label, value, suggestions, onChange }: SlowInputProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only the typing starts the wait
  useEffect(() => {
    if (text.trim() === value) return;
    const timer = setTimeout(() => onChange(text.trim()), LATER_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <>
      <TextInput
        id={id}
        label={label}
        list={`${id}-list`}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <datalist id={`${id}-list`}>
        {suggestions.map((suggestion) => (
          <option key={suggestion.value} value={suggestion.value}>
            {suggestion.label}
          </option>
        ))}
      </datalist>
    </>
  );
}
