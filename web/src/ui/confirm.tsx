import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { FormDialog } from './form-dialog.tsx';

interface ConfirmProps {
  title: string;
  action: string;
  /** What it means. */
  children: ReactNode;
  harmless?: boolean;
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
}

/** What cannot be taken back is asked for once more, and stays open when it fails. */
export function Confirm({ title, action, children, harmless, onConfirm, onClose }: ConfirmProps) {
  const confirm = useMutation({ mutationFn: onConfirm, onSuccess: onClose });
  return (
    <FormDialog
      title={title}
      lead={children}
      action={action}
      danger={!harmless}
      pending={confirm.isPending}
      error={confirm.error}
      onSubmit={() => confirm.mutate()}
      onClose={onClose}
    />
  );
}
