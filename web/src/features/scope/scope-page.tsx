import Button from '@mui/material/Button';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { FolderOpen, Globe, Plus, Trash2 } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/api.ts';
import { ApiError } from '../../api/client.ts';
import type { ScopeEntry } from '../../api/types.ts';
import { useMay } from '../../app/session.ts';
import { TextInput } from '../../ui/input.tsx';
import { Section } from '../../ui/page.tsx';
import { Empty, Failure, Loaded } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { scopeQuery } from './queries.ts';
import { RemoveEntry } from './remove-entry.tsx';
import './scope-page.css';

type Kind = ScopeEntry['kind'];

export function ScopePart() {
  const { t } = useTranslation();
  const query = useQuery(scopeQuery);
  return (
    <>
      <p className="muted prose">{t('scope.lead')}</p>
      <Loaded query={query} rows={4}>
        {(['path', 'host'] as const).map((kind) => (
          <Entries
            key={kind}
            kind={kind}
            entries={query.data?.items.filter((entry) => entry.kind === kind) ?? []}
          />
        ))}
      </Loaded>
    </>
  );
}

function Entries({ kind, entries }: { kind: Kind; entries: readonly ScopeEntry[] }) {
  const { t } = useTranslation();
  const [removing, setRemoving] = useState<ScopeEntry | null>(null);
  const mayWrite = useMay()('scope:write');
  const Icon = kind === 'path' ? FolderOpen : Globe;
  return (
    <Section title={t(`scope.${kind}.title`)}>
      <p className="muted prose">{t(`scope.${kind}.lead`)}</p>
      {mayWrite ? <AddEntry kind={kind} /> : null}
      {entries.length === 0 ? (
        <Empty title={t(`scope.${kind}.none`)} icon={<Icon size={22} />} />
      ) : (
        <ul className="plain-entries card">
          {entries.map((entry) => (
            <li key={entry.id}>
              <Icon size={16} aria-hidden="true" />
              <span className="mono break grow" translate="no">
                {entry.value}
              </span>
              <span className="muted small">
                <When time={entry.created} />
              </span>
              {mayWrite ? (
                <Button
                  size="small"
                  startIcon={<Trash2 size={14} />}
                  aria-label={t('scope.removeEntry', { value: entry.value })}
                  onClick={() => setRemoving(entry)}
                >
                  {t('scope.remove')}
                </Button>
              ) : null}
            </li>
          ))}
        </ul>
      )}
      <RemoveEntry entry={removing} onClose={() => setRemoving(null)} />
    </Section>
  );
}

function AddEntry({ kind }: { kind: Kind }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [value, setValue] = useState('');
  const add = useMutation({
    mutationFn: api.addScope,
    onSuccess: () => {
      setValue('');
      return client.invalidateQueries({ queryKey: scopeQuery.queryKey });
    },
  });
  const problem = add.error instanceof ApiError ? add.error.fields[0] : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (value.trim() && !add.isPending) add.mutate({ kind, value: value.trim() });
  };
  return (
    <form onSubmit={submit} className="scope-add">
      <div className="grow">
        <TextInput
          id={`scope-${kind}`}
          label={t(`scope.${kind}.field`)}
          className="mono"
          placeholder={t(`scope.${kind}.example`)}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={value}
          error={problem?.message}
          onChange={(event) => {
            setValue(event.target.value);
            if (add.isError) add.reset();
          }}
        />
      </div>
      <Button type="submit" startIcon={<Plus size={16} />} loading={add.isPending} loadingPosition="start">
        {t('scope.add')}
      </Button>
      {add.isError && !problem ? <Failure error={add.error} /> : null}
    </form>
  );
}
