import Button from '@mui/material/Button';
import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { ActionButton } from './action-button.tsx';
import { DECISIONS } from './decisions.ts';
import type { Decisions } from './use-decisions.tsx';
import type { Selection } from './use-selection.ts';
import './bulk-bar.css';

interface BulkBarProps {
  selection: Selection;
  /** How many fit the query; undefined while nobody knows. */
  total: number | undefined;
  decisions: Decisions;
  onClear: () => void;
}

/** What can be done with what is chosen, and the step from there to all that fit. */
export function BulkBar({ selection, total, decisions, onClear }: BulkBarProps) {
  const { t } = useTranslation();
  const chosen = selection.all ? (total ?? 0) : selection.ids.size;
  if (chosen === 0) return null;
  return (
    <section className="bulk-bar" aria-label={t('bulk.title')}>
      <span className="bulk-count" role="status">
        {t(selection.all ? 'bulk.all' : 'bulk.selected', { count: chosen })}
      </span>
      {!selection.all && total !== undefined && total > selection.ids.size ? (
        <Button size="small" onClick={() => selection.setAll(true)}>
          {t('bulk.chooseAll', { count: total })}
        </Button>
      ) : null}
      <span className="bulk-actions">
        {DECISIONS.map(({ id, shortcut }) =>
          id === 'duplicate' && selection.all ? null : (
            <ActionButton
              key={id}
              size="small"
              refusal={decisions.refusal}
              {...(shortcut ? { shortcut } : {})}
              onClick={() => decisions.start(id)}
            >
              {t(`triage.button.${id}`)}
            </ActionButton>
          ),
        )}
      </span>
      <Button size="small" aria-label={t('bulk.clear')} onClick={onClear}>
        <X size={16} aria-hidden="true" />
      </Button>
    </section>
  );
}
