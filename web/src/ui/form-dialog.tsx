import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { type FormEvent, type ReactNode, useCallback, useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { FormFailure } from './field-problems.tsx';
import './form-dialog.css';

interface FormDialogProps {
  title: string;
  lead?: ReactNode;
  /** Words on the button. */
  action: string;
  danger?: boolean;
  wide?: boolean;
  pending: boolean;
  error?: unknown;
  /** Fields whose problems are shown beside them. */
  fields?: readonly string[];
  onSubmit: () => void;
  onClose: () => void;
  children?: ReactNode;
}

/** A question in a dialog. It is mounted when it is asked, so it starts empty; Enter answers, Escape leaves. */
export function FormDialog(props: FormDialogProps) {
  const { title, lead, action, danger, wide, pending, error, fields, onSubmit, onClose, children } = props;
  const { t } = useTranslation();
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const attach = useCallback((node: HTMLFormElement | null) => {
    form.current = node;
    node?.querySelector<HTMLElement>('input, select, textarea')?.focus();
  }, []);
  useEffect(() => {
    if (error) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [error]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // A dialog over this one is in the same React tree: its form is not ours.
    event.stopPropagation();
    if (!pending) onSubmit();
  };
  return (
    <Dialog
      open
      // A click beside the dialog must not throw away what was typed.
      onClose={(_event, reason) => reason !== 'backdropClick' && onClose()}
      aria-labelledby={id}
      maxWidth={wide ? 'sm' : 'xs'}
      fullWidth
    >
      <form ref={attach} onSubmit={submit} noValidate className="form-dialog">
        <DialogTitle id={id}>{title}</DialogTitle>
        <DialogContent className="form-dialog-body">
          {lead ? <div className="muted">{lead}</div> : null}
          <FormFailure error={error} {...(fields ? { fields } : {})} />
          {children}
        </DialogContent>
        <DialogActions>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="submit" variant="contained" color={danger ? 'error' : 'primary'} loading={pending}>
            {action}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
