import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError, request } from '../../api/client.ts';
import type { Location } from '../../api/types.ts';
import { problemOf } from '../../ui/field-problems.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { describedBy, Field, TextInput } from '../../ui/input.tsx';
import { SelectInput } from '../../ui/select-input.tsx';
import { toast } from '../../ui/toast.tsx';
import { DAY_MS } from '../findings/decisions.ts';
import { suppressionsApi } from '../findings/findings-api.ts';
import { placeOf } from '../findings/location.ts';
import type { Suppression, SuppressionPreview } from '../findings/types.ts';
import './suppressions.css';

const REASONS = ['test-code', 'generated-code', 'third-party', 'wrong-rule', 'other'] as const;
/** Of an edit: the end that the rule has. */
const AS_IS = 'as-is';
const DAYS = ['30', '90', '180', ''] as const;
/** Somebody who types is not asked about each letter. */
const STILL_MS = 350;

interface SuppressionDialogProps {
  /** What a new rule begins with. */
  query: string;
  /** The rule that is changed. */
  rule?: Suppression;
  onClose: () => void;
}

/** A rule, new or changed, with what it would hide shown while it is written. */
export function SuppressionDialog({ query: begin, rule, onClose }: SuppressionDialogProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [draft, setDraft] = useState({
    name: rule?.name ?? '',
    query: rule?.query ?? begin,
    reason: (rule?.reason ?? 'test-code') as (typeof REASONS)[number],
    comment: rule?.comment ?? '',
    days: (rule ? AS_IS : '90') as (typeof DAYS)[number] | typeof AS_IS,
  });
  const set = (change: Partial<typeof draft>) => setDraft((was) => ({ ...was, ...change }));
  const save = useMutation({
    mutationFn: () => {
      const { name, query, reason, comment } = draft;
      const words = { name: name.trim(), query: query.trim(), reason, comment: comment.trim() };
      const end = draft.days === '' ? null : Date.now() + Number(draft.days) * DAY_MS;
      if (rule) return editRule(rule.id, draft.days === AS_IS ? words : { ...words, expires: end });
      return suppressionsApi.create({ ...words, ...(end === null ? {} : { expires: end }) });
    },
    async onSuccess({ name }) {
      toast(t(rule ? 'suppressions.changed' : 'suppressions.saved', { name }));
      await client.invalidateQueries({ queryKey: ['suppressions'] });
      await client.invalidateQueries({ queryKey: ['findings'] });
      onClose();
    },
  });
  const asked = useStill(draft.query.trim());
  const preview = useQuery({
    queryKey: ['suppressions', 'preview', asked, rule?.id],
    queryFn: ({ signal }) => previewOf(asked, rule?.id, signal),
    enabled: asked !== '',
    placeholderData: (before) => before,
    retry: false,
  });
  const unreadable =
    problemOf(save.error, 'query') ??
    problemOf(save.error, 'q') ??
    (preview.error instanceof ApiError ? preview.error.message : undefined);
  return (
    <FormDialog
      title={rule ? t('suppressions.editTitle', { name: rule.name }) : t('suppressions.addTitle')}
      lead={t('suppressions.addLead')}
      action={t(rule ? 'action.save' : 'suppressions.create')}
      wide
      pending={save.isPending}
      error={save.error}
      fields={['name', 'query', 'q', 'reason', 'comment', 'expires']}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <TextInput
        id="suppression-query"
        label={t('findings.query')}
        hint={t('suppressions.queryHint')}
        className="mono"
        spellCheck={false}
        autoComplete="off"
        maxLength={1000}
        value={draft.query}
        error={unreadable}
        onChange={(event) => set({ query: event.target.value })}
      />
      {preview.data && asked !== '' && !unreadable ? <Preview preview={preview.data} /> : null}
      <TextInput
        id="suppression-name"
        label={t('views.name')}
        maxLength={100}
        value={draft.name}
        error={problemOf(save.error, 'name')}
        onChange={(event) => set({ name: event.target.value })}
      />
      <SelectInput
        id="suppression-reason"
        label={t('triage.reason')}
        value={draft.reason}
        error={problemOf(save.error, 'reason')}
        options={REASONS.map((value) => ({ value, label: t(`reason.${value}`) }))}
        onChange={(reason) => set({ reason: reason as typeof draft.reason })}
      />
      <Field
        id="suppression-comment"
        label={t('triage.comment')}
        error={problemOf(save.error, 'comment')}
        optional={draft.reason === 'other' ? undefined : t('form.optional')}
      >
        <textarea
          id="suppression-comment"
          className="input"
          rows={2}
          maxLength={2000}
          aria-invalid={problemOf(save.error, 'comment') ? true : undefined}
          aria-describedby={describedBy('suppression-comment', { error: problemOf(save.error, 'comment') })}
          value={draft.comment}
          onChange={(event) => set({ comment: event.target.value })}
        />
      </Field>
      <SelectInput
        id="suppression-days"
        label={t('suppressions.until')}
        value={draft.days}
        error={problemOf(save.error, 'expires')}
        options={[
          ...(rule ? [{ value: AS_IS, label: t('suppressions.asIs') }] : []),
          ...DAYS.map((value) => ({
            value,
            label: value === '' ? t('suppressions.forever') : t('triage.days', { count: Number(value) }),
          })),
        ]}
        onChange={(days) => set({ days: days as typeof draft.days })}
      />
    </FormDialog>
  );
}

function Preview({ preview }: { preview: SuppressionPreview }) {
  const { t } = useTranslation();
  const critical = preview.bySeverity.find(({ severity }) => severity === 'critical')?.count ?? 0;
  return (
    <div className="card suppression-preview" role="status">
      <p>
        <strong>{t('suppressions.wouldHide', { count: preview.open, critical })}</strong>
        {preview.wouldHide > preview.open ? (
          <span className="muted">
            {' '}
            {t('suppressions.andOthers', { count: preview.wouldHide - preview.open })}
          </span>
        ) : null}
      </p>
      {preview.edit ? (
        <p className="muted small">
          {t('suppressions.difference', { shows: preview.edit.shows, adds: preview.edit.adds })}
        </p>
      ) : preview.total > preview.wouldHide ? (
        <p className="muted small">
          {t('suppressions.already', { count: preview.total - preview.wouldHide })}
        </p>
      ) : null}
      <ul>
        {preview.examples.map(({ id, title, severity, location }) => (
          <li key={id} className="small break">
            {t(`severity.${severity as 'high'}`)} · {title}{' '}
            <span className="muted mono">{placeOf(location as Location).main}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function previewOf(query: string, suppression: string | undefined, signal: AbortSignal) {
  return request<SuppressionPreview>('/api/v1/suppressions/preview', {
    method: 'POST',
    body: { query, ...(suppression ? { suppression } : {}) },
    signal,
  });
}

function editRule(id: string, body: object) {
  return request<Suppression>(`/api/v1/suppressions/${encodeURIComponent(id)}`, { method: 'PATCH', body });
}

/** The text as it is when nobody has typed for a moment. */
function useStill(text: string): string {
  const [still, setStill] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setStill(text), STILL_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return still;
}
