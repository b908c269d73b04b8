import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { problemOf } from '../../ui/field-problems.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { describedBy, Field } from '../../ui/input.tsx';
import { SEVERITIES } from '../../ui/severity.tsx';
import { ruleAsking } from './comment-rules.ts';
import { changesOf, DecisionAbout, DecisionPreview } from './decision-about.tsx';
import { changeOf, type Draft, startOf } from './decision-draft.ts';
import { DecisionFields } from './decision-fields.tsx';
import type { DecisionId } from './decisions.ts';
import { commentRulesQuery, facetsQuery, previewQuery } from './queries.ts';
import type { TriageChange } from './types.ts';
import type { Targets } from './use-decisions.tsx';
import './decision-dialog.css';

interface DecisionDialogProps {
  decision: DecisionId;
  about: Targets;
  onDecide: (change: TriageChange, overrule: boolean) => Promise<unknown>;
  onClose: () => void;
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
export function DecisionDialog({ decision, about, onDecide, onClose }: DecisionDialogProps) {
  const { t } = useTranslation();
  const { findings, job } = about;
  const [draft, setDraft] = useState<Draft>(() => startOf(decision, findings));
  const [overrule, setOverrule] = useState(false);
  const [missing, setMissing] = useState<{ reason?: string; comment?: string }>({});
  const fieldsBox = useRef<HTMLDivElement>(null);
  const asked = job && 'q' in job.chosen ? job.chosen.q : null;
  const preview = useQuery({
    ...previewQuery(decision, asked ?? '', overrule),
    enabled: asked !== null && WITH_PREVIEW.includes(decision),
    placeholderData: keepPreviousData,
  }).data;
  const rules = useQuery(commentRulesQuery).data ?? [];
  const facets = useQuery({
    ...facetsQuery(asked ?? ''),
    enabled: asked !== null && rules.length > 0 && !WITH_PREVIEW.includes(decision),
  }).data;
  const asking = ruleAsking({
    decision,
    rules,
    severities:
      asked === null
        ? (job?.findings ?? findings).map(({ severity }) => severity)
        : // Before it is known which there are, all of them.
          SEVERITIES.filter(
            (one) => facets?.facets.severity.values.some(({ value }) => value === one) ?? true,
          ),
    preview,
  });
  const count = preview ? changesOf(preview) : (job?.count ?? findings.length);
  const set = (change: Partial<Draft>) => {
    setDraft((was) => ({ ...was, ...change }));
    setMissing({});
  };
  const decide = useMutation({
    mutationFn: () => onDecide(changeOf(decision, draft, findings), overrule),
    onSuccess: onClose,
  });
  const { error } = decide;
  const hasReasons = decision === 'false-positive' || decision === 'accept';
  const critical = preview
    ? (preview.bySeverity.critical ?? 0) > 0
    : (job?.findings ?? findings).some(({ severity }) => severity === 'critical');
  const needsComment =
    hasReasons && draft.reason === 'other'
      ? t('triage.commentNeeded')
      : asking
        ? t('triage.commentRule', { line: asking.line, rule: asking.name })
        : hasReasons && critical && rules.length === 0
          ? t('triage.commentCritical')
          : undefined;
  const problem = (field: string) =>
    missing[field as 'reason'] ?? problemOf(error, field) ?? problemOf(error, `change.${field}`);
  const submit = () => {
    const gaps = {
      ...(hasReasons && draft.reason === '' ? { reason: t('triage.reasonMissing') } : {}),
      ...(needsComment && draft.comment.trim() === '' ? { comment: needsComment } : {}),
    };
    setMissing(gaps);
    if (Object.keys(gaps).length === 0) return decide.mutate();
    requestAnimationFrame(() =>
      fieldsBox.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(),
    );
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const { target } = event;
    const choice =
      target instanceof HTMLSelectElement || (target instanceof HTMLInputElement && target.type === 'radio');
    if (event.key !== 'Enter' || !(choice || event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.currentTarget.closest('form')?.requestSubmit();
  };
  return (
    <FormDialog
      title={t(`triage.ask.${decision}`, { count })}
      lead={<DecisionAbout about={about} />}
      action={t(`triage.act.${decision}`, { count })}
      pending={decide.isPending}
      error={error}
      fields={[...(ASKED[decision] ?? []), 'comment'].flatMap((name) => [name, `change.${name}`])}
      onSubmit={submit}
      onClose={onClose}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: Enter in a list and Ctrl+Enter in a text answer, too */}
      <div className="decision-fields" ref={fieldsBox} onKeyDown={onKeyDown}>
        <DecisionFields decision={decision} draft={draft} set={set} problem={problem} />
        {preview ? <DecisionPreview preview={preview} overrule={overrule} onOverrule={setOverrule} /> : null}
        <Field
          id="decision-comment"
          label={t('triage.comment')}
          error={problem('comment')}
          optional={needsComment ? undefined : t('form.optional')}
          hint={problem('comment') ? undefined : needsComment}
        >
          <textarea
            id="decision-comment"
            className="input"
            rows={3}
            maxLength={10_000}
            aria-required={needsComment ? true : undefined}
            aria-invalid={problem('comment') ? true : undefined}
            aria-describedby={describedBy('decision-comment', {
              error: problem('comment'),
              hint: problem('comment') ? undefined : needsComment,
            })}
            value={draft.comment}
            onChange={(event) => set({ comment: event.target.value })}
          />
        </Field>
        {hasReasons ? <p className="faint small wide-only">{t('triage.enterHint')}</p> : null}
      </div>
    </FormDialog>
  );
}

/** Those that a person may have decided otherwise before. */
const WITH_PREVIEW: readonly DecisionId[] = ['confirm', 'false-positive', 'accept'];
