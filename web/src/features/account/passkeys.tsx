import Button from '@mui/material/Button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Fingerprint, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { accountApi } from '../../api/access-api.ts';
import type { Passkey } from '../../api/access-types.ts';
import { makePasskey, passkeysWork } from '../../api/passkey.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { problemOf } from '../../ui/field-problems.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { TextInput } from '../../ui/input.tsx';
import { Empty, Warning } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import { deviceOf } from './device.ts';
import { secondFactorsQuery } from './queries.ts';
import '../../ui/rows.css';

export function Passkeys({ passkeys }: { passkeys: readonly Passkey[] }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [adding, setAdding] = useState(false);
  const [renaming, setRenaming] = useState<Passkey | null>(null);
  const [removing, setRemoving] = useState<Passkey | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: secondFactorsQuery.queryKey });
  const add = passkeysWork() ? (
    <Button startIcon={<Plus size={16} />} onClick={() => setAdding(true)}>
      {t('passkey.add')}
    </Button>
  ) : undefined;

  return (
    <>
      {passkeysWork() ? null : <Warning title={t('passkey.impossible')}>{t('passkey.needsHttps')}</Warning>}
      {passkeys.length === 0 ? (
        <Empty title={t('passkey.none')} icon={<Fingerprint size={22} />} action={add}>
          {t('passkey.noneHint')}
        </Empty>
      ) : (
        <>
          <ul className="rows card">
            {passkeys.map((passkey) => (
              <li key={passkey.id}>
                <span className="rows-icon">
                  <Fingerprint size={20} aria-hidden="true" />
                </span>
                <div className="rows-main">
                  <p className="rows-title">{passkey.name}</p>
                  <p className="rows-facts">
                    <span>
                      {t('fact.created')} <When time={passkey.created} />
                    </span>
                    <span>
                      {passkey.used ? (
                        <>
                          {t('fact.used')} <When time={passkey.used} />
                        </>
                      ) : (
                        t('fact.neverUsed')
                      )}
                    </span>
                  </p>
                </div>
                <div className="rows-actions">
                  <Button
                    size="small"
                    startIcon={<Pencil size={14} />}
                    aria-label={t('passkey.renameNamed', { name: passkey.name })}
                    onClick={() => setRenaming(passkey)}
                  >
                    {t('action.rename')}
                  </Button>
                  <Button
                    size="small"
                    startIcon={<Trash2 size={14} />}
                    aria-label={t('passkey.removeNamed', { name: passkey.name })}
                    onClick={() => setRemoving(passkey)}
                  >
                    {t('action.remove')}
                  </Button>
                </div>
              </li>
            ))}
          </ul>
          <div className="row">{add}</div>
        </>
      )}
      {adding ? <AddPasskey onClose={() => setAdding(false)} onAdded={refresh} /> : null}
      {renaming ? (
        <RenamePasskey passkey={renaming} onClose={() => setRenaming(null)} onDone={refresh} />
      ) : null}
      {removing ? (
        <Confirm
          title={t('passkey.removeTitle', { name: removing.name })}
          action={t('action.remove')}
          onClose={() => setRemoving(null)}
          onConfirm={async () => {
            await accountApi.removePasskey(removing.id);
            toast(t('passkey.removed'));
            await refresh();
          }}
        >
          {t('passkey.removeHint')}
        </Confirm>
      ) : null}
    </>
  );
}

interface DialogProps {
  onClose: () => void;
}

/** The name first: then the browser asks, and nothing is left to do after it. */
function AddPasskey({ onClose, onAdded }: DialogProps & { onAdded: () => Promise<void> }) {
  const { t } = useTranslation();
  const [name, setName] = useState(() => deviceOf(navigator.userAgent) ?? t('passkey.defaultName'));
  const add = useMutation({
    mutationFn: async () => {
      const { ticket, options } = await accountApi.passkeyOptions();
      const response = await makePasskey(options);
      return accountApi.addPasskey({ ticket, name: name.trim(), response });
    },
    onSuccess: async () => {
      onClose();
      toast(t('passkey.added'));
      await onAdded();
    },
  });
  return (
    <FormDialog
      title={t('passkey.addTitle')}
      lead={t('passkey.addLead')}
      action={t('passkey.continue')}
      pending={add.isPending}
      error={add.error}
      fields={['name']}
      onSubmit={() => name.trim() && add.mutate()}
      onClose={onClose}
    >
      <NameInput name={name} error={problemOf(add.error, 'name')} onChange={setName} />
    </FormDialog>
  );
}

function RenamePasskey({
  passkey,
  onClose,
  onDone,
}: DialogProps & { passkey: Passkey; onDone: () => Promise<void> }) {
  const { t } = useTranslation();
  const [name, setName] = useState(passkey.name);
  const rename = useMutation({
    mutationFn: () => accountApi.renamePasskey(passkey.id, name.trim()),
    onSuccess: () => {
      onClose();
      return onDone();
    },
  });
  return (
    <FormDialog
      title={t('passkey.renameTitle')}
      action={t('action.save')}
      pending={rename.isPending}
      error={rename.error}
      fields={['name']}
      onSubmit={() => name.trim() && rename.mutate()}
      onClose={onClose}
    >
      <NameInput name={name} error={problemOf(rename.error, 'name')} onChange={setName} />
    </FormDialog>
  );
}

function NameInput(props: { name: string; error: string | undefined; onChange: (name: string) => void }) {
  const { t } = useTranslation();
  return (
    <TextInput
      id="passkey-name"
      label={t('passkey.name')}
      hint={t('passkey.nameHint')}
      maxLength={100}
      required
      value={props.name}
      error={props.name.trim() ? props.error : t('field.required')}
      onChange={(event) => props.onChange(event.target.value)}
    />
  );
}
