import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/client.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { TextInput } from '../../ui/input.tsx';
import { Warning } from '../../ui/states.tsx';
import { toast } from '../../ui/toast.tsx';
import { conflicting } from '../../ui/use-edit.ts';
import { YamlDiff } from '../workflows/designer/yaml-diff.tsx';
import { policyApi } from './policy-api.ts';
import type { Policy } from './types.ts';
import type { Draft } from './use-draft.ts';

interface SaveDialogProps {
  stored: Policy | null;
  draft: Draft;
  onClose: () => void;
}

/** What changes, and why. A revision that somebody stored meanwhile is shown and never overwritten unseen. */
export function SaveDialog({ stored, draft, onClose }: SaveDialogProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [note, setNote] = useState('');
  const [theirs, setTheirs] = useState<Policy | null>(null);
  const save = useMutation({
    mutationFn: () =>
      policyApi.save({ source: draft.source, note: note.trim(), base: theirs?.revision ?? draft.base }),
    onSuccess: async (saved) => {
      draft.reset(draft.source, saved.revision);
      toast(t('policy.saved', { revision: saved.revision }));
      onClose();
      await client.invalidateQueries({ queryKey: ['policy'] });
    },
    onError: async (error) => {
      if (!(error instanceof ApiError) || error.code !== 'conflict') return;
      const newer = await policyApi.get().catch(() => null);
      if (newer && newer.revision !== (theirs?.revision ?? draft.base)) setTheirs(newer);
    },
  });
  const before = theirs ?? stored;
  const conflict = conflicting(save.error, theirs);
  return (
    <FormDialog
      title={t('policy.saveTitle')}
      lead={t('policy.saveLead')}
      action={theirs ? t('policy.saveOver', { revision: theirs.revision }) : t('action.save')}
      wide
      pending={save.isPending}
      error={conflict ? undefined : save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      {theirs ? (
        <Warning title={t('policy.conflict', { revision: theirs.revision })}>
          {theirs.note || t('policy.noNote')}
        </Warning>
      ) : null}
      <TextInput
        id="policy-note"
        label={t('policy.note')}
        maxLength={500}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
      {before ? (
        <YamlDiff
          label={t('policy.changesSince', { revision: before.revision })}
          before={before.source}
          after={draft.source}
        />
      ) : null}
    </FormDialog>
  );
}
