import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyBlock } from './copy-chip.tsx';
import { Warning } from './states.tsx';
import './form-dialog.css';

interface SecretOnceProps {
  title: string;
  warning: string;
  label: string;
  value: string;
  /** More ways to keep it, beside copying. */
  actions?: ReactNode;
  children?: ReactNode;
  /** The value is a list. */
  many?: boolean;
  onClose: () => void;
}

/** A value that is shown now and never again: only its own button closes this, no stray key or click. */
export function SecretOnce({
  title,
  warning,
  label,
  value,
  actions,
  children,
  many,
  onClose,
}: SecretOnceProps) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <Dialog open aria-labelledby={id} maxWidth="sm" fullWidth>
      <DialogTitle id={id}>{title}</DialogTitle>
      <DialogContent className="form-dialog-body">
        <Warning title={warning} />
        <CopyBlock text={value} label={label} />
        {children}
      </DialogContent>
      <DialogActions>
        {actions}
        <Button variant="contained" color="primary" onClick={onClose}>
          {t(many ? 'secret.keptThem' : 'secret.kept')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
