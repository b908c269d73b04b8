import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addressInProject } from '../../api/project.ts';
import type { Params } from '../../api/types.ts';
import { CopyBlock } from '../../ui/copy-chip.tsx';
import { problemOf } from '../../ui/field-problems.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { TextInput } from '../../ui/input.tsx';
import { SecretOnce } from '../../ui/secret-once.tsx';
import { workflowNamesQuery } from '../workflows/queries.ts';
import { triggersApi } from '../workflows/workflows-api.ts';
import { WorkflowChoice } from './event-dialog.tsx';
import { InputsField } from './inputs-field.tsx';

export interface NewWebhook {
  address: string;
  /** Null: an existing secret signs, which nobody can read again. */
  secret: string | null;
  /** It was there, and has another secret now. */
  renewed?: true;
}

interface WebhookDialogProps {
  onMade: (webhook: NewWebhook) => void;
  onClose: () => void;
}

export const EXAMPLE = '{ "ref": "${{ body.ref }}" }';

/** A hook with a secret of its own, which is made here, stored, and shown once. */
export function WebhookDialog({ onMade, onClose }: WebhookDialogProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const names = useQuery(workflowNamesQuery);
  const [workflow, setWorkflow] = useState('');
  const [name, setName] = useState('');
  const [own, setOwn] = useState(true);
  const [existing, setExisting] = useState('');
  const [inputs, setInputs] = useState<Params | undefined>({});
  const [tried, setTried] = useState(false);
  const save = useMutation({
    mutationFn: async (): Promise<NewWebhook> => {
      const secret = own ? newSecret() : null;
      const signedBy = own ? `hook-${name}` : existing;
      if (secret !== null) await triggersApi.storeSecret(signedBy, secret);
      const made = await triggersApi.create({
        workflow,
        kind: 'webhook',
        name,
        signedBy,
        ...(inputs ? { inputs } : {}),
      });
      return { address: addressInProject(`${window.location.origin}${made.address ?? ''}`), secret };
    },
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ['triggers'] });
      onMade(made);
    },
  });
  const needed = (value: string) => (tried && value === '' ? t('field.required') : undefined);
  return (
    <FormDialog
      title={t('trigger.newWebhook')}
      lead={t('trigger.webhookLead')}
      action={t('trigger.make')}
      wide
      pending={save.isPending}
      error={save.error}
      fields={['workflow', 'name', 'signedBy', 'inputs']}
      onSubmit={() => {
        setTried(true);
        const complete = workflow !== '' && name !== '' && (own || existing !== '') && inputs;
        if (complete) save.mutate();
      }}
      onClose={onClose}
    >
      <WorkflowChoice
        names={names.data?.items.map((one) => one.name) ?? []}
        value={workflow}
        error={needed(workflow) ?? problemOf(save.error, 'workflow')}
        onChange={setWorkflow}
      />
      <TextInput
        id="trigger-name"
        label={t('trigger.name')}
        hint={t('trigger.nameHint')}
        placeholder="github-push"
        className="mono"
        autoComplete="off"
        value={name}
        error={needed(name) ?? problemOf(save.error, 'name')}
        onChange={(event) => setName(event.target.value.trim())}
      />
      <label className="check">
        <input type="checkbox" checked={own} onChange={(event) => setOwn(event.target.checked)} />
        <span>
          {t('trigger.ownSecret')}
          <span className="check-note">{t('trigger.ownSecretHint')}</span>
        </span>
      </label>
      {own ? null : (
        <TextInput
          id="trigger-secret"
          label={t('trigger.secret')}
          className="mono"
          autoComplete="off"
          value={existing}
          error={needed(existing) ?? problemOf(save.error, 'signedBy')}
          onChange={(event) => setExisting(event.target.value.trim())}
        />
      )}
      <InputsField example={EXAMPLE} error={problemOf(save.error, 'inputs')} onChange={setInputs} />
    </FormDialog>
  );
}

/** The secret is shown now and never again; how a request is signed with it stands below. */
export function WebhookOnce({ webhook, onClose }: { webhook: NewWebhook; onClose: () => void }) {
  const { t } = useTranslation();
  const { address, secret } = webhook;
  if (secret === null)
    return (
      <FormDialog
        title={t('trigger.made')}
        action={t('action.close')}
        pending={false}
        onSubmit={onClose}
        onClose={onClose}
      >
        <CopyBlock text={address} label={t('trigger.address')} />
      </FormDialog>
    );
  return (
    <SecretOnce
      title={t(webhook.renewed ? 'trigger.renewed' : 'trigger.made')}
      warning={t('trigger.once')}
      label={t('trigger.secret')}
      value={secret}
      onClose={onClose}
    >
      <p className="muted">{t('trigger.addressHint')}</p>
      <CopyBlock text={address} label={t('trigger.address')} />
      <p className="muted">{t('trigger.signHint')}</p>
      <CopyBlock text={signedCall(address)} label={t('trigger.curl')} />
    </SecretOnce>
  );
}

/** 256 bits from the browser's own source. */
export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function signedCall(address: string): string {
  return [
    `BODY='{"ref":"main"}'; T=$(date +%s)`,
    `V1=$(printf '%s.%s' "$T" "$BODY" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d' ' -f1)`,
    `curl '${address}' -H 'content-type: application/json' -H "x-sentinelx-signature: t=$T,v1=$V1" -d "$BODY"`,
  ].join('\n');
}
