import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FindingStatus } from '../../api/types.ts';
import { useKeys } from '../../app/use-keys.ts';
import { Facet } from '../../ui/facet.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { SEVERITIES } from '../../ui/severity.tsx';
import { tasksQuery } from '../tasks/queries.ts';
import { valuesOf, withValues } from './query-text.ts';

const STATUSES = [
  'open',
  'confirmed',
  'false-positive',
  'risk-accepted',
  'fixed',
  'duplicate',
] as const satisfies readonly FindingStatus[];

/** One query in two forms: as text, and as chips that change the text. */
export function FindingFilters({ q, onChange }: { q: string; onChange: (q: string) => void }) {
  const { t } = useTranslation();
  const tasks = useQuery(tasksQuery);
  const [text, setText] = useState(q);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setText(q), [q]);
  useKeys({ '/': () => input.current?.select() });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChange(text.trim());
  };
  const facet = (key: string) => ({
    chosen: valuesOf(q, key),
    onChange: (values: string[]) => onChange(withValues(q, key, values)),
  });
  return (
    <div className="stack">
      <form onSubmit={submit}>
        <SearchField
          type="text"
          className="mono"
          label={t('findings.query')}
          placeholder={t('findings.queryExample')}
          shortcut="/"
          inputRef={input}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onBlur={() => text.trim() !== q && onChange(text.trim())}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            setText(q);
            event.currentTarget.blur();
          }}
        />
      </form>
      <div className="facets">
        <Facet
          label={t('findings.severity')}
          options={SEVERITIES.map((value) => ({ value, label: t(`severity.${value}`) }))}
          {...facet('severity')}
        />
        <Facet
          label={t('findings.status')}
          options={STATUSES.map((value) => ({ value, label: t(`findingStatus.${value}`) }))}
          {...facet('status')}
        />
        <Facet
          label={t('findings.task')}
          options={(tasks.data?.items ?? [])
            .filter((task) => task.ruleCount > 0)
            .map((task) => ({ value: task.id, label: task.title }))}
          {...facet('task')}
        />
      </div>
    </div>
  );
}
