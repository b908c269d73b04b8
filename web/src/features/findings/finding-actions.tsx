import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useMay } from '../../app/session.ts';
import { ActionButton } from './action-button.tsx';
import { DECISIONS, type DecisionId } from './decisions.ts';
import { isOpen } from './due.tsx';
import { quoted } from './query-text.ts';
import type { FullFinding } from './types.ts';
import type { Decisions } from './use-decisions.tsx';

/** What can be decided about one finding, and why not when it cannot. */
export function FindingActions({ finding, decisions }: { finding: FullFinding; decisions: Decisions }) {
  const { t } = useTranslation();
  const may = useMay();
  const [more, setMore] = useState(false);
  const offered = DECISIONS.filter(({ id }) =>
    id === 'reopen' ? !isOpen(finding.status) : makesSense(id, finding.status),
  );
  const shown = offered.filter(({ id }) => more || !['labels', 'severity'].includes(id));
  const path = 'path' in finding.location ? finding.location.path : undefined;
  const rule = `rule:${quoted(finding.rule)}${path ? ` path:${quoted(path)}` : ''}`;
  return (
    <div className="finding-actions">
      <div className="row wrap">
        {shown.map(({ id, shortcut }) => (
          <ActionButton
            key={id}
            size="small"
            variant="outlined"
            refusal={decisions.refusal}
            {...(shortcut ? { shortcut } : {})}
            onClick={() => decisions.start(id, { findings: [finding], job: null })}
          >
            {t(`triage.button.${id}`)}
          </ActionButton>
        ))}
        {more ? null : (
          <ActionButton size="small" onClick={() => setMore(true)}>
            {t('finding.moreActions')}
          </ActionButton>
        )}
      </div>
      {more && may('suppression:write') ? (
        <Link to={`/findings/suppressions?new=${encodeURIComponent(rule)}`}>{t('finding.suppress')}</Link>
      ) : null}
      {decisions.refusal ? <p className="muted small">{decisions.refusal}</p> : null}
    </div>
  );
}

/** A decision that would change something. What is fixed is only opened again. */
function makesSense(id: DecisionId, status: string): boolean {
  if (['confirm', 'false-positive', 'accept', 'duplicate'].includes(id) && status === 'fixed') return false;
  if (id === 'confirm') return status !== 'confirmed';
  return id !== 'snooze' || isOpen(status);
}
