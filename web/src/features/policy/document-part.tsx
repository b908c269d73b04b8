import Button from '@mui/material/Button';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, Download } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { type Translate, useTranslation } from 'react-i18next';
import { useKeys } from '../../app/use-keys.ts';
import { Failure } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { YamlEditor, type YamlEditorHandle } from '../workflows/designer/yaml-editor.tsx';
import { placeInWords } from './place-in-words.ts';
import { policyApi } from './policy-api.ts';
import { policyCheckQuery } from './queries.ts';
import { SaveDialog } from './save-dialog.tsx';
import type { Policy, PolicyProblem, Validation } from './types.ts';
import type { Draft } from './use-draft.ts';

const CHECK_AFTER_MS = 350;

interface DocumentPartProps {
  stored: Policy | null;
  draft: Draft;
  mayWrite: boolean;
  /** Where to go at first. */
  line: number | null;
}

/** The document as it was written, checked while it is typed. */
export function DocumentPart({ stored, draft, mayWrite, line }: DocumentPartProps) {
  const { t } = useTranslation();
  const editor = useRef<YamlEditorHandle>(null);
  const [saving, setSaving] = useState(false);
  const settled = useSettled(draft.source);
  const check = useQuery({ ...policyCheckQuery(settled), placeholderData: keepPreviousData });
  const problems = check.data?.problems;
  const marks = useMemo(
    () =>
      (problems ?? []).map((problem) => ({
        line: problem.line ?? 1,
        column: problem.column,
        message: textOf(problem, t),
        severity: 'error' as const,
      })),
    [problems, t],
  );
  useEffect(() => {
    if (line !== null) editor.current?.goTo(line);
  }, [line]);
  const checked = check.data !== undefined && settled === draft.source && !check.isPlaceholderData;
  const maySave = mayWrite && checked && check.data.valid && (draft.changed || stored === null);
  useKeys({ 'Mod+s': () => maySave && setSaving(true) });
  return (
    <>
      <div className="policy-head">
        <span className="muted small grow">
          {stored ? (
            <>
              {draft.changed ? `${t('policy.unsaved')} ` : ''}
              {t('policy.revisionOf', { revision: stored.revision })} <When time={stored.created} />
              {stored.note ? ` · ${stored.note}` : ''}
            </>
          ) : (
            t('policy.noneYet')
          )}
        </span>
        {draft.changed && stored ? (
          <Button size="small" onClick={() => draft.reset(stored.source, stored.revision)}>
            {t('policy.discard')}
          </Button>
        ) : null}
        {stored ? (
          <Button size="small" href={policyApi.fileAddress()} download startIcon={<Download size={14} />}>
            {t('action.download')}
          </Button>
        ) : null}
        {mayWrite ? (
          <Button
            size="small"
            variant="contained"
            color="primary"
            disabled={!maySave}
            onClick={() => setSaving(true)}
          >
            {t('action.save')}
          </Button>
        ) : (
          <span className="muted small">{t('policy.mayNot')}</span>
        )}
      </div>
      <div className="policy-editor">
        <YamlEditor
          label={t('policy.document')}
          source={draft.source}
          problems={marks}
          readOnly={!mayWrite}
          onType={draft.type}
          onUndo={draft.undo}
          onRedo={draft.redo}
          handle={editor}
        />
      </div>
      {check.error ? <Failure error={check.error} onRetry={() => void check.refetch()} /> : null}
      {check.data ? <Checked check={check.data} onLine={(to) => editor.current?.goTo(to)} /> : null}
      {saving ? <SaveDialog stored={stored} draft={draft} onClose={() => setSaving(false)} /> : null}
    </>
  );
}

function Checked({ check, onLine }: { check: Validation; onLine: (line: number) => void }) {
  const { t } = useTranslation();
  if (check.rules)
    return (
      <p className="policy-ok" role="status">
        <CircleCheck size={16} aria-hidden="true" />
        {t('policy.valid', check.rules)}
      </p>
    );
  return (
    <div role="status" className="stack">
      <p className="policy-wrong">
        <CircleAlert size={16} aria-hidden="true" />
        {t('policy.problems', { count: check.problems.length })}
      </p>
      <ul className="card policy-problems">
        {check.problems.map((problem) => (
          <li key={`${problem.line} ${problem.field} ${problem.message}`}>
            {problem.line === null ? null : (
              <Button size="small" onClick={() => onLine(problem.line ?? 1)}>
                {t('policy.line', { line: problem.line })}
              </Button>
            )}
            <span className="break">{textOf(problem, t)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function textOf({ field, message }: PolicyProblem, t: Translate): string {
  const place = placeInWords(field, (number) => t('policy.entry', { number }));
  return place ? `${place}: ${message}` : message;
}

/** The text, once nobody has typed for a moment. */
function useSettled(source: string): string {
  const [settled, setSettled] = useState(source);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(source), CHECK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [source]);
  return settled;
}
