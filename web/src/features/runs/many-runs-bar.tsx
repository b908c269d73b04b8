import Button from '@mui/material/Button';
import { Ban, RotateCw, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../app/session.ts';
import { ActionButton } from '../findings/action-button.tsx';
import type { Selection } from '../findings/use-selection.ts';
import type { ManyAction } from './runs-api.ts';
import '../findings/bulk-bar.css';

interface ManyRunsBarProps {
  selection: Selection;
  /** Everything that fits is loaded and chosen: there is no step further. */
  complete: boolean;
  onAct: (action: ManyAction) => void;
}

/** What can be done with the runs that are chosen, and the step from there to all that fit. */
export function ManyRunsBar({ selection, complete, onAct }: ManyRunsBarProps) {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <section className="bulk-bar" aria-label={t('manyRuns.bar')}>
      <span className="bulk-count" role="status">
        {selection.all ? t('manyRuns.all') : t('manyRuns.selected', { count: selection.ids.size })}
      </span>
      {selection.all || complete ? null : (
        <Button size="small" onClick={() => selection.setAll(true)}>
          {t('manyRuns.chooseAll')}
        </Button>
      )}
      <span className="bulk-actions">
        <ActionButton
          size="small"
          startIcon={<RotateCw size={14} />}
          refusal={may('run:create') ? undefined : t('manyRuns.mayNotStart')}
          onClick={() => onAct('rerun')}
        >
          {t('manyRuns.rerun')}
        </ActionButton>
        <ActionButton
          size="small"
          startIcon={<Ban size={14} />}
          refusal={may('run:cancel') ? undefined : t('manyRuns.mayNotCancel')}
          onClick={() => onAct('cancel')}
        >
          {t('manyRuns.cancel')}
        </ActionButton>
      </span>
      <Button size="small" aria-label={t('bulk.clear')} onClick={selection.clear}>
        <X size={16} aria-hidden="true" />
      </Button>
    </section>
  );
}
