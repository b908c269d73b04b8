import { useMutation, useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../app/session.ts';
import { problemOf } from '../../ui/field-problems.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { describedBy, Field, TextInput } from '../../ui/input.tsx';
import { SelectInput } from '../../ui/select-input.tsx';
import { SEVERITIES } from '../../ui/severity.tsx';
import { exactTime } from '../../ui/time.tsx';
import {
  ACCEPT_DAYS,
  ACCEPT_REASONS,
  changeAtOnce,
  DAY_MS,
  type DecisionId,
  FALSE_POSITIVE_REASONS,
  lastReason,
  rememberReason,
  SNOOZE_DAYS,
} from './decisions.ts';
import { acceptancesApi } from './findings-api.ts';
import { facetsQuery } from './queries.ts';
import type { ListedFinding, TriageChange } from './types.ts';
import './decision-dialog.css';

interface DecisionDialogProps {
  decision: DecisionId;
  /** Those that are known one by one; empty when it is about all that fit. */
  findings: readonly ListedFinding[];
  count: number;
  onDecide: (change: TriageChange) => Promise<unknown>;
  onClose: () => void;
}

interface Draft {
  reason: string;
  comment: string;
  days: string;
  of: string;
  orWorse: boolean;
  assignee: string;
  labels: string;
  severity: string;
}

/** What stands in the dialog beside the comment, as the server calls it. */
const ASKED: Partial<Record<DecisionId, readonly string[]>> = {
  'false-positive': ['reason'],
  accept: ['reason', 'expires'],
  duplicate: ['duplicateOf'],
  snooze: ['snooze'],
  assign: ['assignee'],
  labels: ['addLabels'],
  severity: ['severity'],
};

/** Asks for what a decision needs. It stays open, with all that was typed, when the server refuses. */
export function DecisionDialog({ decision, findings, count, onDecide, onClose }: DecisionDialogProps) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<Draft>(() => startOf(decision, findings));
  const set = (change: Partial<Draft>) => setDraft((was) => ({ ...was, ...change }));
  const decide = useMutation({
    mutationFn: () => {
      if (decision === 'false-positive' || decision === 'accept') rememberReason(decision, draft.reason);
      return onDecide(changeOf(decision, draft, findings));
    },
    onSuccess: onClose,
  });
  const { error } = decide;
  const needsComment = (decision === 'false-positive' || decision === 'accept') && draft.reason === 'other';
  const problem = (field: string) => problemOf(error, field) ?? problemOf(error, `change.${field}`);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const select = event.target instanceof HTMLSelectElement;
    if (event.key !== 'Enter' || !(select || event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.currentTarget.closest('form')?.requestSubmit();
  };
  return (
    <FormDialog
      title={t(`triage.ask.${decision}`, { count })}
      lead={findings.length === 1 ? <span className="break">{findings[0]?.title}</span> : undefined}
      action={t(`triage.act.${decision}`, { count })}
      pending={decide.isPending}
      error={error}
      fields={[...(ASKED[decision] ?? []), 'comment'].flatMap((name) => [name, `change.${name}`])}
      onSubmit={() => decide.mutate()}
      onClose={onClose}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: Enter in a list and Ctrl+Enter in a text answer, too */}
      <div className="decision-fields" onKeyDown={onKeyDown}>
        <DecisionFields decision={decision} draft={draft} set={set} problem={problem} />
        <Field
          id="decision-comment"
          label={t('triage.comment')}
          error={problem('comment')}
          optional={needsComment ? undefined : t('form.optional')}
          hint={needsComment ? t('triage.commentNeeded') : undefined}
        >
          <textarea
            id="decision-comment"
            className="input"
            rows={3}
            maxLength={10_000}
            aria-invalid={problem('comment') ? true : undefined}
            aria-describedby={describedBy('decision-comment', {
              error: problem('comment'),
              hint: needsComment,
            })}
            value={draft.comment}
            onChange={(event) => set({ comment: event.target.value })}
          />
        </Field>
        <p className="faint small wide-only">{t('triage.enterHint')}</p>
      </div>
    </FormDialog>
  );
}

interface FieldsProps {
  decision: DecisionId;
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  problem: (field: string) => string | undefined;
}

function DecisionFields({ decision, draft, set, problem }: FieldsProps) {
  const { t } = useTranslation();
  switch (decision) {
    case 'false-positive':
      return (
        <SelectInput
          id="decision-reason"
          label={t('triage.reason')}
          value={draft.reason}
          error={problem('reason')}
          options={FALSE_POSITIVE_REASONS.map((value) => ({ value, label: t(`reason.${value}`) }))}
          onChange={(reason) => set({ reason })}
        />
      );
    case 'accept':
      return <AcceptFields draft={draft} set={set} problem={problem} />;
    case 'duplicate':
      return (
        <TextInput
          id="decision-of"
          label={t('triage.duplicateOf')}
          hint={t('triage.duplicateHint')}
          className="mono"
          value={draft.of}
          error={problem('duplicateOf')}
          onChange={(event) => set({ of: event.target.value })}
        />
      );
    case 'snooze':
      return (
        <>
          <SelectInput
            id="decision-days"
            label={t('triage.until')}
            value={draft.days}
            error={problem('snooze')}
            options={[
              ...SNOOZE_DAYS.map((days) => ({
                value: String(days),
                label: t('triage.days', { count: days }),
              })),
              { value: 'worse', label: t('triage.untilWorse') },
            ]}
            onChange={(days) => set({ days })}
          />
          {draft.days === 'worse' ? null : (
            <label className="check">
              <input
                type="checkbox"
                checked={draft.orWorse}
                onChange={(event) => set({ orWorse: event.target.checked })}
              />
              <span>{t('triage.orWorse')}</span>
            </label>
          )}
        </>
      );
    case 'assign':
      return <AssignField draft={draft} set={set} problem={problem} />;
    case 'labels':
      return (
        <TextInput
          id="decision-labels"
          label={t('triage.labels')}
          hint={t('triage.labelsHint')}
          value={draft.labels}
          error={problem('addLabels')}
          onChange={(event) => set({ labels: event.target.value })}
        />
      );
    case 'severity':
      return (
        <SelectInput
          id="decision-severity"
          label={t('triage.severity')}
          value={draft.severity}
          error={problem('severity')}
          options={[
            ...SEVERITIES.map((value) => ({ value, label: t(`severity.${value}`) })),
            { value: '', label: t('triage.severityOfTool') },
          ]}
          onChange={(severity) => set({ severity })}
        />
      );
    default:
      return null;
  }
}

function AcceptFields({ draft, set, problem }: Omit<FieldsProps, 'decision'>) {
  const { t } = useTranslation();
  const may = useMay();
  const settings = useQuery({
    queryKey: ['acceptance-settings'],
    queryFn: ({ signal }) => acceptancesApi.settings(signal),
    staleTime: 60_000,
  });
  const most = settings.data?.maxDays ?? null;
  const waits = settings.data?.fourEyes || !may('finding:accept');
  const days = ACCEPT_DAYS.filter((one) => most === null || one <= most);
  const offered = days.length > 0 ? days : [most ?? 30];
  const until = Date.now() + Number(draft.days) * DAY_MS;
  return (
    <>
      <SelectInput
        id="decision-reason"
        label={t('triage.reason')}
        value={draft.reason}
        error={problem('reason')}
        options={ACCEPT_REASONS.map((value) => ({ value, label: t(`reason.${value}`) }))}
        onChange={(reason) => set({ reason })}
      />
      <SelectInput
        id="decision-days"
        label={t('triage.acceptFor')}
        value={draft.days}
        error={problem('expires')}
        hint={t('triage.opensAgain', { time: exactTime(until) })}
        options={offered.map((count) => ({ value: String(count), label: t('triage.days', { count }) }))}
        onChange={(value) => set({ days: value })}
      />
      {waits ? <p className="muted small">{t('triage.needsSecond')}</p> : null}
    </>
  );
}

/** Whoever is known by what is assigned already is offered; any other login can be typed. */
function AssignField({ draft, set, problem }: Omit<FieldsProps, 'decision'>) {
  const { t } = useTranslation();
  const facets = useQuery(facetsQuery('show:hidden'));
  const known = facets.data?.facets.assignee.values.flatMap(({ name }) => (name ? [name] : [])) ?? [];
  return (
    <>
      <TextInput
        id="decision-assignee"
        label={t('triage.assignee')}
        hint={t('triage.assigneeHint')}
        list="decision-people"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={draft.assignee}
        error={problem('assignee')}
        onChange={(event) => set({ assignee: event.target.value })}
      />
      <datalist id="decision-people">
        {['me', ...known].map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
}

function startOf(decision: DecisionId, findings: readonly ListedFinding[]): Draft {
  const [first] = findings;
  return {
    reason:
      decision === 'accept'
        ? lastReason(decision, ACCEPT_REASONS)
        : lastReason('false-positive', FALSE_POSITIVE_REASONS),
    comment: '',
    days: decision === 'accept' ? '90' : '30',
    of: '',
    orWorse: true,
    assignee: 'me',
    labels: findings.length === 1 ? (first?.labels.join(', ') ?? '') : '',
    severity: first?.severity ?? 'medium',
  };
}

function changeOf(decision: DecisionId, draft: Draft, findings: readonly ListedFinding[]): TriageChange {
  const comment = draft.comment.trim() ? { comment: draft.comment.trim() } : {};
  const after = Date.now() + Number(draft.days) * DAY_MS;
  switch (decision) {
    case 'false-positive':
      return { status: 'false-positive', reason: draft.reason as TriageChange['reason'], ...comment };
    case 'accept':
      return {
        status: 'risk-accepted',
        reason: draft.reason as TriageChange['reason'],
        expires: after,
        ...comment,
      };
    case 'duplicate':
      return { status: 'duplicate', duplicateOf: findingIn(draft.of), ...comment };
    case 'snooze':
      return {
        snooze:
          draft.days === 'worse' ? { until: null, orWorse: true } : { until: after, orWorse: draft.orWorse },
        ...comment,
      };
    case 'assign':
      return { assignee: draft.assignee.trim() || null, ...comment };
    case 'labels': {
      const wanted = [...new Set(draft.labels.split(',').map((label) => label.trim()))].filter(Boolean);
      const had = findings.length === 1 ? (findings[0]?.labels ?? []) : [];
      return {
        addLabels: wanted.filter((label) => !had.includes(label)),
        removeLabels: had.filter((label) => !wanted.includes(label)),
        ...comment,
      };
    }
    case 'severity':
      return { severity: (draft.severity || null) as TriageChange['severity'], ...comment };
    default:
      return { ...changeAtOnce(decision), ...comment };
  }
}

/** The id itself, or the address of its page. */
function findingIn(text: string): string {
  return /fnd_[0-9a-f-]+/.exec(text)?.[0] ?? text.trim();
}
