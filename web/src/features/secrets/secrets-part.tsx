import Button from '@mui/material/Button';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Plus, RefreshCw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { projectApi, type Secret } from '../../api/system-api.ts';
import { useMay } from '../../app/session.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Section } from '../../ui/page.tsx';
import { Inline } from '../../ui/prose.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import { type Place, secretsQuery } from './queries.ts';
import { SecretDialog } from './secret-dialog.tsx';
import '../../ui/rows.css';

/** Names only: a value goes in and never comes out again. */
export function SecretsPart() {
  const may = useMay();
  return (
    <>
      <Secrets of="project" writes={may('secret:write')} />
      {may('config:read') ? (
        <Secrets of="instance" writes={may('secret:write') && may('config:write')} />
      ) : null}
    </>
  );
}

function Secrets({ of, writes }: { of: Place; writes: boolean }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const query = useQuery(secretsQuery(of));
  const [editing, setEditing] = useState<Secret | 'new' | null>(null);
  const [removing, setRemoving] = useState<Secret | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: secretsQuery(of).queryKey });
  const items = query.data?.items ?? [];
  return (
    <Section
      title={t(`secrets.${of}.title`)}
      aside={
        writes ? (
          <Button
            startIcon={<Plus size={16} />}
            aria-label={t(`secrets.${of}.add`)}
            onClick={() => setEditing('new')}
          >
            {t('secrets.add')}
          </Button>
        ) : undefined
      }
    >
      <p className="muted prose">
        <Inline text={t(`secrets.${of}.lead`)} />
      </p>
      <Loaded query={query} rows={3}>
        {items.length === 0 ? (
          <Empty title={t('secrets.none')} icon={<KeyRound size={22} />}>
            <Inline text={t(`secrets.${of}.noneHint`)} />
          </Empty>
        ) : (
          <ul className="rows card">
            {items.map((secret) => (
              <li key={secret.name}>
                <span className="rows-icon">
                  <KeyRound size={20} aria-hidden="true" />
                </span>
                <div className="rows-main">
                  <p className="rows-title mono" translate="no">
                    {secret.name}
                  </p>
                  <p className="rows-facts">
                    <span>
                      {t('secrets.changed')} <When time={secret.updated} />
                    </span>
                    <span>
                      {t('fact.created')} <When time={secret.created} />
                    </span>
                  </p>
                </div>
                {writes ? (
                  <div className="rows-actions">
                    <Button
                      size="small"
                      startIcon={<RefreshCw size={14} />}
                      aria-label={t('secrets.replaceNamed', { name: secret.name })}
                      onClick={() => setEditing(secret)}
                    >
                      {t('secrets.replace')}
                    </Button>
                    <Button
                      size="small"
                      startIcon={<Trash2 size={14} />}
                      aria-label={t('secrets.removeNamed', { name: secret.name })}
                      onClick={() => setRemoving(secret)}
                    >
                      {t('action.remove')}
                    </Button>
                  </div>
                ) : null}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {editing ? (
        <SecretDialog
          of={of}
          name={editing === 'new' ? null : editing.name}
          known={items.map(({ name }) => name)}
          onClose={() => setEditing(null)}
          onDone={refresh}
        />
      ) : null}
      {removing ? (
        <Confirm
          title={t('secrets.removeTitle', { name: removing.name })}
          action={t('action.remove')}
          onClose={() => setRemoving(null)}
          onConfirm={async () => {
            await projectApi.removeSecret(removing.name, of);
            toast(t('secrets.removed', { name: removing.name }));
            await refresh();
          }}
        >
          {t('secrets.removeHint')}
        </Confirm>
      ) : null}
    </Section>
  );
}
