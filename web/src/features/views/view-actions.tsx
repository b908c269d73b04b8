import Button from '@mui/material/Button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay, useUser } from '../../app/session.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { problemOf } from '../../ui/field-problems.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { TextInput } from '../../ui/input.tsx';
import { toast } from '../../ui/toast.tsx';
import { viewsApi } from '../findings/findings-api.ts';
import type { FindingSort, View } from '../findings/types.ts';
import { messageOf } from '../findings/use-triage.ts';
import './views.css';

interface ViewActionsProps {
  view: View | null;
  changed: boolean;
  now: { query: string; sort: FindingSort };
  onOpen: (view: string | null) => void;
}

/** What can be done with the list that one sees: keep it, keep it under another name, go back, hand it on. */
export function ViewActions({ view, changed, now, onOpen }: ViewActionsProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const user = useUser();
  const may = useMay();
  const [asked, setAsked] = useState<'save' | 'remove' | null>(null);
  const again = () => client.invalidateQueries({ queryKey: ['views'] });
  const mine = view !== null && (view.owner === user?.id || may('finding:accept'));
  const save = useMutation({
    mutationFn: () => viewsApi.update(view?.id ?? '', now),
    onSuccess: async ({ id, name }) => {
      await again();
      onOpen(id);
      toast(t('views.saved', { name }));
    },
    onError: (error) => toast(messageOf(error) ?? t('state.unexpected'), 'failed'),
  });
  const share = async () => {
    await navigator.clipboard.writeText(window.location.href);
    toast(t(view && !view.shared ? 'views.copiedPrivate' : 'views.copied'));
  };
  return (
    <div className="view-actions">
      {view && changed ? (
        <>
          {mine ? (
            <Button size="small" loading={save.isPending} onClick={() => save.mutate()}>
              {t('action.save')}
            </Button>
          ) : null}
          <Button size="small" onClick={() => onOpen(view.id)}>
            {t('views.reset')}
          </Button>
        </>
      ) : null}
      <Button size="small" onClick={() => setAsked('save')}>
        {t('views.saveAs')}
      </Button>
      <Button size="small" onClick={() => void share()}>
        {t('views.share')}
      </Button>
      {view && mine ? (
        <Button size="small" onClick={() => setAsked('remove')}>
          {t('action.remove')}
        </Button>
      ) : null}
      {asked === 'save' ? (
        <SaveDialog
          now={now}
          onSaved={async (made) => {
            await again();
            onOpen(made.id);
          }}
          onClose={() => setAsked(null)}
        />
      ) : null}
      {asked === 'remove' && view ? (
        <Confirm
          title={t('views.removeTitle', { name: view.name })}
          action={t('action.remove')}
          onConfirm={async () => {
            await viewsApi.remove(view.id);
            await again();
            onOpen(null);
          }}
          onClose={() => setAsked(null)}
        >
          {t(view.shared ? 'views.removeShared' : 'views.removeHint')}
        </Confirm>
      ) : null}
    </div>
  );
}

interface SaveDialogProps {
  now: ViewActionsProps['now'];
  onSaved: (view: View) => Promise<void>;
  onClose: () => void;
}

function SaveDialog({ now, onSaved, onClose }: SaveDialogProps) {
  const { t } = useTranslation();
  const may = useMay();
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const save = useMutation({
    mutationFn: async () => onSaved(await viewsApi.create({ name: name.trim(), ...now, shared })),
    onSuccess: onClose,
  });
  return (
    <FormDialog
      title={t('views.saveTitle')}
      lead={<code className="break">{now.query || t('views.all')}</code>}
      action={t('action.save')}
      pending={save.isPending}
      error={save.error}
      fields={['name']}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <TextInput
        id="view-name"
        label={t('views.name')}
        maxLength={100}
        value={name}
        error={problemOf(save.error, 'name')}
        onChange={(event) => setName(event.target.value)}
      />
      {may('finding:triage') ? (
        <label className="check">
          <input type="checkbox" checked={shared} onChange={(event) => setShared(event.target.checked)} />
          <span>{t('views.shared')}</span>
        </label>
      ) : null}
    </FormDialog>
  );
}
