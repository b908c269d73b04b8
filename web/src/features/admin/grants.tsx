import Button from '@mui/material/Button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Plus, Shield, Trash2 } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { adminApi } from '../../api/access-api.ts';
import type { Grant, Member } from '../../api/access-types.ts';
import { useMay, useUser } from '../../app/session.ts';
import { Badge } from '../../ui/badge.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { FormFailure, problemOf } from '../../ui/field-problems.tsx';
import { Section } from '../../ui/page.tsx';
import { SelectInput } from '../../ui/select-input.tsx';
import { Empty } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import { usePlaceOptions, useRoleOptions } from './role-options.ts';
import '../../ui/rows.css';

/** Roles of one account, everywhere or by project. */
export function Grants({ user }: { user: Member }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const may = useMay();
  const [removing, setRemoving] = useState<Grant | null>(null);
  const projects = useUser()?.projects ?? [];
  const placeOf = (grant: Grant) =>
    grant.project === '*'
      ? t('users.everywhere')
      : (projects.find((project) => project.id === grant.project)?.name ?? grant.project);
  return (
    <Section title={t('grants.title')}>
      {user.grants.length === 0 ? (
        <Empty title={t('grants.none')} icon={<Shield size={22} />}>
          {t('grants.noneHint')}
        </Empty>
      ) : (
        <ul className="rows card">
          {user.grants.map((grant) => (
            <li key={grant.id}>
              <span className="rows-icon">
                <Shield size={20} aria-hidden="true" />
              </span>
              <div className="rows-main">
                <p className="rows-title">
                  {grant.role}
                  <Badge>{placeOf(grant)}</Badge>
                  {grant.source === 'manual' ? null : <Badge tone="accent">{t('grants.fromSso')}</Badge>}
                </p>
                <p className="rows-facts">
                  <span>
                    {t('grants.since')} <When time={grant.created} />
                  </span>
                </p>
              </div>
              {may('user:write') ? (
                <Button
                  size="small"
                  startIcon={<Trash2 size={14} />}
                  aria-label={t('grants.removeNamed', { role: grant.role, place: placeOf(grant) })}
                  onClick={() => setRemoving(grant)}
                >
                  {t('grants.remove')}
                </Button>
              ) : null}
            </li>
          ))}
        </ul>
      )}
      {may('user:write') ? <AddGrant user={user} /> : null}
      {removing ? (
        <Confirm
          title={t('grants.removeTitle', { role: removing.role, name: user.name })}
          action={t('grants.remove')}
          onClose={() => setRemoving(null)}
          onConfirm={async () => {
            await adminApi.removeGrant(user.id, removing.id);
            toast(t('grants.removed'));
            await client.invalidateQueries({ queryKey: ['users'] });
          }}
        >
          {t('grants.removeHint')}
        </Confirm>
      ) : null}
    </Section>
  );
}

function AddGrant({ user }: { user: Member }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [role, setRole] = useState('analyst');
  const [project, setProject] = useState('');
  const roles = useRoleOptions();
  const places = usePlaceOptions();
  const add = useMutation({
    mutationFn: () => adminApi.addGrant(user.id, { role, ...(project ? { project } : {}) }),
    onSuccess: () => {
      toast(t('grants.added'));
      return client.invalidateQueries({ queryKey: ['users'] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!add.isPending) add.mutate();
  };
  return (
    <>
      <FormFailure error={add.error} fields={['role', 'project']} />
      <form className="grant-form" onSubmit={submit}>
        <SelectInput
          id="grant-role"
          label={t('users.role')}
          value={role}
          error={problemOf(add.error, 'role')}
          onChange={setRole}
          options={roles}
        />
        <SelectInput
          id="grant-project"
          label={t('users.where')}
          value={project}
          error={problemOf(add.error, 'project')}
          onChange={setProject}
          options={places}
        />
        <Button type="submit" startIcon={<Plus size={16} />} loading={add.isPending} loadingPosition="start">
          {t('grants.add')}
        </Button>
      </form>
    </>
  );
}
