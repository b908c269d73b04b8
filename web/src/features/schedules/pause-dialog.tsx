import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { TextInput } from '../../ui/input.tsx';

interface PauseDialogProps {
  name: string;
  lead: string;
  onPause: (note: string) => Promise<unknown>;
  onClose: () => void;
}

/** Whoever finds it paused later reads why. */
export function PauseDialog({ name, lead, onPause, onClose }: PauseDialogProps) {
  const { t } = useTranslation();
  const [note, setNote] = useState('');
  const [missing, setMissing] = useState(false);
  const pause = useMutation({ mutationFn: () => onPause(note.trim()), onSuccess: onClose });
  return (
    <FormDialog
      title={t('schedule.pauseTitle', { name })}
      lead={lead}
      action={t('schedule.pause')}
      pending={pause.isPending}
      error={pause.error}
      onSubmit={() => (note.trim() ? pause.mutate() : setMissing(true))}
      onClose={onClose}
    >
      <TextInput
        id="pause-note"
        label={t('schedule.pauseNote')}
        maxLength={1000}
        autoComplete="off"
        value={note}
        error={missing && !note.trim() ? t('field.required') : undefined}
        onChange={(event) => setNote(event.target.value)}
      />
    </FormDialog>
  );
}
