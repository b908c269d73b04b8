import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addressInProject } from '../../api/project.ts';
import type { Params } from '../../api/types.ts';
import { useMay } from '../../app/session.ts';
import { problemOf } from '../../ui/field-problems.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { TextInput } from '../../ui/input.tsx';
import { toast } from '../../ui/toast.tsx';
import type { Trigger } from '../workflows/types.ts';
import { triggersApi } from '../workflows/workflows-api.ts';
import { InputsField } from './inputs-field.tsx';
import { EXAMPLE, type NewWebhook, newSecret } from './webhook-dialog.tsx';

interface EditWebhookDialogProps {
  trigger: Trigger;
  /** With what is shown once when it has a new secret. */
  onSaved: (webhook: NewWebhook | null) => void;
  onClose: () => void;
}

/** Name and inputs of a hook that there is, and a new secret for it: its address stays. */
export function EditWebhookDialog({ trigger, onSaved, onClose }: EditWebhookDialogProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const mayStore = useMay()('secret:write');
  const [name, setName] = useState(trigger.name);
  const [renew, setRenew] = useState(false);
  const [inputs, setInputs] = useState<Params | undefined>(trigger.inputs);
  const [tried, setTried] = useState(false);
  const { signedBy } = trigger;
  const save = useMutation({
    mutationFn: async (): Promise<NewWebhook | null> => {
      const saved = await triggersApi.edit(trigger.id, {
        name,
        ...(inputs ? { inputs } : {}),
      });
      if (!renew || !signedBy) return null;
      const secret = newSecret();
      await triggersApi.storeSecret(signedBy, secret);
      const address = addressInProject(`${window.location.origin}${saved.address ?? ''}`);
      return { address, secret, renewed: true };
    },
    onSuccess: (webhook) => {
      void client.invalidateQueries({ queryKey: ['triggers'] });
      if (!webhook) toast(t('trigger.saved'));
      onSaved(webhook);
    },
  });
  return (
    <FormDialog
      title={t('trigger.editOf', { name: trigger.name })}
      action={t('action.save')}
      wide
      pending={save.isPending}
      error={save.error}
      fields={['name', 'inputs']}
      onSubmit={() => {
        setTried(true);
        if (name !== '' && inputs) save.mutate();
      }}
      onClose={onClose}
    >
      <TextInput
        id="trigger-name"
        label={t('trigger.name')}
        hint={t('trigger.nameHint')}
        className="mono"
        autoComplete="off"
        value={name}
        error={tried && name === '' ? t('field.required') : problemOf(save.error, 'name')}
        onChange={(event) => setName(event.target.value.trim())}
      />
      {signedBy && mayStore ? (
        <label className="check">
          <input type="checkbox" checked={renew} onChange={(event) => setRenew(event.target.checked)} />
          <span>
            {t('trigger.renew')}
            <span className="check-note">{t('trigger.renewHint', { secret: signedBy })}</span>
          </span>
        </label>
      ) : null}
      <InputsField
        saved={trigger.inputs}
        example={EXAMPLE}
        error={problemOf(save.error, 'inputs')}
        onChange={setInputs}
      />
    </FormDialog>
  );
}
