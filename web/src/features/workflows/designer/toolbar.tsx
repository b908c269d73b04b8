import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import Tooltip from '@mui/material/Tooltip';
import { FlaskConical, Plus, Redo2, Undo2, Upload } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../../app/session.ts';
import { useDesigner } from './designer-context.ts';

interface ToolbarProps {
  changed: boolean;
  onTest: () => void;
  onPublish: () => void;
}

export function Toolbar({ changed, onTest, onPublish }: ToolbarProps) {
  const { t } = useTranslation();
  const { draft, state, add } = useDesigner();
  const may = useMay();
  return (
    <div className="wf-toolbar">
      <Tooltip title={t('designer.undo')}>
        <span>
          <IconButton aria-label={t('designer.undo')} disabled={!state.canUndo} onClick={draft.undo}>
            <Undo2 size={18} />
          </IconButton>
        </span>
      </Tooltip>
      <Tooltip title={t('designer.redo')}>
        <span>
          <IconButton aria-label={t('designer.redo')} disabled={!state.canRedo} onClick={draft.redo}>
            <Redo2 size={18} />
          </IconButton>
        </span>
      </Tooltip>
      <Button
        startIcon={<Plus size={16} />}
        disabled={state.broken}
        onClick={() => add({ kind: 'end', section: 'steps' })}
      >
        {t('designer.addStep')}
      </Button>
      <span className="muted small wf-toolbar-state" role="status">
        {changed ? t('designer.unpublished') : t('designer.published')}
      </span>
      {may('workflow:run') ? (
        <Button startIcon={<FlaskConical size={16} />} disabled={state.broken} onClick={onTest}>
          {t('designer.testRun')}
        </Button>
      ) : null}
      {may('workflow:write') ? (
        <Button
          variant="contained"
          color="primary"
          startIcon={<Upload size={16} />}
          disabled={!changed || state.broken}
          onClick={onPublish}
        >
          {t('designer.publish')}
        </Button>
      ) : null}
    </div>
  );
}
