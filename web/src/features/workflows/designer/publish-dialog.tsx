import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../../api/client.ts';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { TextInput } from '../../../ui/input.tsx';
import { Warning } from '../../../ui/states.tsx';
import { SchedulesInDocument } from '../../schedules/in-document.tsx';
import { workflowQuery } from '../queries.ts';
import type { Saved, Workflow } from '../types.ts';
import { workflowsApi } from '../workflows-api.ts';
import { Conflict } from './conflict.tsx';
import { YamlDiff } from './yaml-diff.tsx';

interface PublishDialogProps {
  /** What was opened; undefined for a new one. */
  stored: Workflow | undefined;
  name: string;
  source: string;
  errors: number;
  onSaved: (saved: Saved) => void;
  /** The newest revision is taken instead, or becomes what the draft is compared with. */
  onTheirs: (workflow: Workflow) => void;
  onClose: () => void;
}

/** A draft becomes a revision: what changes is shown, with a word about why. */
export function PublishDialog(props: PublishDialogProps) {
  const { stored, name, source, errors, onSaved, onTheirs, onClose } = props;
  const { t } = useTranslation();
  const client = useQueryClient();
  const [note, setNote] = useState('');
  const [newer, setNewer] = useState<Workflow | null>(null);
  const base = newer ?? stored;
  const publish = useMutation({
    mutationFn: () =>
      base
        ? workflowsApi.save(name, { source, note, base: base.revision })
        : workflowsApi.create({ source, note }),
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: ['workflows'] });
      void client.invalidateQueries({ queryKey: ['schedules'] });
      void client.invalidateQueries({ queryKey: ['triggers'] });
      onSaved(saved);
    },
    onError: async (error) => {
      if (!stored || !(error instanceof ApiError) || error.code !== 'conflict') return;
      // Somebody else has published meanwhile: theirs is read and shown beside ours.
      const theirs = await client.fetchQuery({ ...workflowQuery(name), staleTime: 0 }).catch(() => undefined);
      if (theirs && theirs.revision !== base?.revision) {
        setNewer(theirs);
        publish.reset();
      }
    },
  });
  return (
    <FormDialog
      title={stored ? t('designer.publishTitle', { name }) : t('designer.createTitle', { name })}
      action={newer ? t('designer.publishOver', { revision: newer.revision }) : t('designer.publish')}
      wide
      pending={publish.isPending}
      error={publish.error}
      onSubmit={() => publish.mutate()}
      onClose={onClose}
    >
      {errors > 0 ? <Warning title={t('designer.publishErrors', { count: errors })} /> : null}
      {newer && stored ? <Conflict base={stored} theirs={newer} onTheirs={() => onTheirs(newer)} /> : null}
      <SchedulesInDocument source={source} />
      <TextInput
        id="publish-note"
        label={t('designer.note')}
        hint={t('designer.noteHint')}
        maxLength={500}
        autoComplete="off"
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
      {base ? (
        <section className="stack" aria-label={t('designer.changes')}>
          <h3>{t('designer.changesSince', { revision: base.revision })}</h3>
          <YamlDiff label={t('designer.changes')} before={base.source} after={source} />
        </section>
      ) : null}
    </FormDialog>
  );
}
