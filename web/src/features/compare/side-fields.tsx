import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/api.ts';
import { exactTime } from '../../ui/clock.ts';
import { TextInput } from '../../ui/input.tsx';
import { SelectInput } from '../../ui/select-input.tsx';
import { assetNamesQuery } from '../assets/assets-api.ts';
import { readyReportsQuery } from '../reports/queries.ts';

const KINDS = ['time', 'run', 'report', 'asset'] as const;
type Kind = (typeof KINDS)[number];
/** So many are looked through without a search. */
const FEW = 8;
const TIMES = ['@now', '@1d', '@7d', '@30d', '@90d'] as const;

interface SideFieldsProps {
  id: string;
  label: string;
  /** As the address says it: `run_…`, `rpt_…`, `asset:NAME`, `@7d`. */
  side: string;
  error?: string | undefined;
  onChange: (side: string) => void;
}

type FieldProps = Omit<SideFieldsProps, 'label'>;

/** One side of a comparison: what kind of thing, and which. */
export function SideFields({ id, label, side, error, onChange }: SideFieldsProps) {
  const { t } = useTranslation();
  const kind = kindOf(side);
  const start: Record<Kind, string> = { time: '@7d', run: 'run_', report: 'rpt_', asset: 'asset:' };
  return (
    <fieldset className="compare-side">
      <legend className="field-label">{label}</legend>
      <SelectInput
        id={`${id}-kind`}
        label={t('comparison.what')}
        value={kind}
        onChange={(next) => onChange(start[next as Kind])}
        options={KINDS.map((value) => ({ value, label: t(`comparison.kind.${value}`) }))}
      />
      {kind === 'time' ? <TimeFields {...{ id, side, error, onChange }} /> : null}
      {kind === 'run' ? <RunField {...{ id, side, error, onChange }} /> : null}
      {kind === 'report' ? <ReportField {...{ id, side, error, onChange }} /> : null}
      {kind === 'asset' ? <AssetField {...{ id, side, error, onChange }} /> : null}
    </fieldset>
  );
}

export function isWhole(side: string): boolean {
  return side !== '' && !['run_', 'rpt_', 'asset:', '@'].includes(side);
}

function kindOf(side: string): Kind {
  if (side.startsWith('run_')) return 'run';
  if (side.startsWith('rpt_')) return 'report';
  return side.startsWith('asset:') ? 'asset' : 'time';
}

function TimeFields({ id, side, error, onChange }: FieldProps) {
  const { t } = useTranslation();
  const known = TIMES.find((one) => one === side);
  const day = known === undefined ? side.slice(1) : '';
  return (
    <>
      <SelectInput
        id={`${id}-time`}
        label={t('comparison.which')}
        value={known ?? ''}
        error={error}
        onChange={(value) => onChange(value || `@${new Date().toISOString().slice(0, 10)}`)}
        options={[
          ...TIMES.map((value) => ({ value, label: t(`comparison.time.${value}`) })),
          { value: '', label: t('comparison.day') },
        ]}
      />
      {known === undefined ? (
        <TextInput
          id={`${id}-day`}
          type="date"
          label={t('comparison.dayOf')}
          value={/^\d{4}-\d\d-\d\d$/.test(day) ? day : ''}
          onChange={(event) => onChange(`@${event.target.value}`)}
        />
      ) : null}
    </>
  );
}

function RunField({ id, side, error, onChange }: FieldProps) {
  const { t } = useTranslation();
  const runs = useQuery({
    queryKey: ['runs', 'list', 'for-compare'],
    queryFn: ({ signal }) => api.runs({ limit: 200 }, signal),
  });
  return (
    <Choice
      {...{ id, side, onChange }}
      error={error ?? (runs.error ? t('newReport.runsFailed') : undefined)}
      options={(runs.data?.items ?? []).map((run) => ({
        value: run.id,
        label: `${run.task}, ${run.target ?? t('check.noTarget')}, ${exactTime(run.created)}`,
      }))}
    />
  );
}

function ReportField({ id, side, error, onChange }: FieldProps) {
  const reports = useQuery(readyReportsQuery);
  return (
    <Choice
      {...{ id, side, onChange }}
      error={error ?? reports.error?.message}
      options={(reports.data?.items ?? []).map((report) => ({
        value: report.id,
        label: `${report.title}, ${exactTime(report.asOf ?? report.created)}`,
      }))}
    />
  );
}

function AssetField({ id, side, error, onChange }: FieldProps) {
  const assets = useQuery(assetNamesQuery);
  return (
    <Choice
      {...{ id, side, onChange }}
      error={error ?? assets.error?.message}
      options={(assets.data?.items ?? []).map(({ name }) => ({ value: `asset:${name}`, label: name }))}
    />
  );
}

function Choice({
  id,
  side,
  error,
  options,
  onChange,
}: FieldProps & { options: readonly { value: string; label: string }[] }) {
  const { t } = useTranslation();
  const [words, setWords] = useState('');
  const whole = isWhole(side);
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  // What is chosen stays in sight, whatever is looked for.
  const fitting = options.filter(
    ({ value, label }) =>
      value === side || wanted.every((word) => `${label} ${value}`.toLowerCase().includes(word)),
  );
  return (
    <>
      {options.length > FEW ? (
        <TextInput
          id={`${id}-search`}
          type="search"
          label={t('comparison.search')}
          hint={t('comparison.fitting', { count: fitting.length, of: options.length })}
          autoComplete="off"
          value={words}
          onChange={(event) => {
            const text = event.target.value.trim();
            // The id of one that is older than those that are listed.
            if (/^(run|rpt)_[0-9a-f-]{36}$/.test(text)) onChange(text);
            setWords(event.target.value);
          }}
        />
      ) : null}
      <SelectInput
        id={`${id}-which`}
        label={t('comparison.which')}
        value={whole ? side : ''}
        error={error}
        onChange={(value) => value && onChange(value)}
        options={[
          { value: '', label: t('newReport.choose') },
          ...fitting,
          // From an address, and older than what is listed here.
          ...(whole && !options.some(({ value }) => value === side) ? [{ value: side, label: side }] : []),
        ]}
      />
    </>
  );
}
