import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Category, RunStatus, TaskSummary } from '../../api/types.ts';
import { useMay } from '../../app/session.ts';
import { exactTime } from '../../ui/clock.ts';
import { Facet } from '../../ui/facet.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { assetNamesQuery } from '../assets/assets-api.ts';
import type { RunsFilter } from './use-runs-filter.ts';

const STATUSES = [
  'queued',
  'running',
  'done',
  'partial',
  'failed',
  'cancelled',
  'interrupted',
] as const satisfies readonly RunStatus[];

interface RunsFilterBarProps {
  filter: RunsFilter;
  tasks: readonly TaskSummary[];
  /** What is wrong with the query. */
  problem: string | undefined;
}

export function RunsFilterBar({ filter, tasks, problem }: RunsFilterBarProps) {
  const { t } = useTranslation();
  const { status, task, since, category, asset, grouped, set } = filter;
  return (
    <>
      <RunQuery q={filter.q} problem={problem} onChange={(q) => set({ q, group: '' })} />
      <div className="facets">
        <Facet
          label={t('runs.status')}
          options={STATUSES.map((value) => ({ value, label: t(`runStatus.${value}`) }))}
          chosen={status.split(',').filter(Boolean)}
          onChange={(values) => set({ status: values.join(','), group: '' })}
        />
        <label className="row">
          <span className="muted small">{t('runs.task')}</span>
          <select
            className="input"
            value={task}
            onChange={(event) => set({ task: event.target.value, group: '' })}
          >
            <option value="">{t('runs.allTasks')}</option>
            {tasks.map((item) => (
              <option key={item.id} value={item.id}>
                {item.title}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          className="facet-chip"
          aria-pressed={grouped}
          onClick={() => set({ group: grouped ? '' : 'error' })}
        >
          {t('manyRuns.byError')}
        </button>
        {since || category || asset ? (
          <span className="row wrap">
            {since ? (
              <span className="muted small">{t('runsMore.since', { time: exactTime(Number(since)) })}</span>
            ) : null}
            {asset ? <AssetNote asset={asset} /> : null}
            {category ? (
              <span className="muted small">
                {t('runsMore.category', { category: t(`category.${category as Category}`) })}
              </span>
            ) : null}
            <Link to="/runs">{t('runsMore.clear')}</Link>
          </span>
        ) : null}
      </div>
    </>
  );
}

interface RunQueryProps {
  q: string;
  problem: string | undefined;
  onChange: (q: string) => void;
}

/** Asked with Enter: half a query is mostly a wrong one. */
function RunQuery({ q, problem, onChange }: RunQueryProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(q);
  useEffect(() => setText(q), [q]);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onChange(text.trim());
      }}
    >
      <SearchField
        label={t('manyRuns.query')}
        placeholder={t('manyRuns.queryExample')}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => (text.trim() === '' && q !== '' ? onChange('') : undefined)}
        aria-invalid={problem ? true : undefined}
        aria-describedby={problem ? 'run-query-problem' : undefined}
        spellCheck={false}
        autoComplete="off"
      />
      {problem ? (
        <p className="field-error" id="run-query-problem">
          {problem}
        </p>
      ) : null}
    </form>
  );
}

/** That the list is about one asset only, with its name. */
function AssetNote({ asset }: { asset: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const names = useQuery({ ...assetNamesQuery, enabled: may('finding:read') });
  const name = names.data?.items.find(({ id }) => id === asset)?.name ?? asset;
  return <span className="muted small break">{t('runsMore.asset', { name })}</span>;
}
