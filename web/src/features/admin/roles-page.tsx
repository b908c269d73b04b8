import Button from '@mui/material/Button';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { adminApi } from '../../api/access-api.ts';
import type { Role } from '../../api/access-types.ts';
import { useMay } from '../../app/session.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Section } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { toast } from '../../ui/toast.tsx';
import { rolesQuery } from './queries.ts';
import { RoleDialog } from './role-dialog.tsx';
import { RoleMatrix } from './role-matrix.tsx';

export function RolesPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const may = useMay();
  const roles = useQuery(rolesQuery);
  const [editing, setEditing] = useState<Role | 'new' | null>(null);
  const [removing, setRemoving] = useState<Role | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: rolesQuery.queryKey });
  const writes = may('role:write');
  return (
    <Section
      title={t('roles.title')}
      aside={
        writes ? (
          <Button
            variant="contained"
            color="primary"
            startIcon={<Plus size={16} />}
            onClick={() => setEditing('new')}
          >
            {t('roles.add')}
          </Button>
        ) : undefined
      }
    >
      <p className="muted prose">{t('roles.lead')}</p>
      <Loaded query={roles}>
        {roles.data ? (
          <RoleMatrix list={roles.data} {...(writes ? { onEdit: setEditing, onRemove: setRemoving } : {})} />
        ) : null}
      </Loaded>
      {editing && roles.data ? (
        <RoleDialog
          role={editing === 'new' ? null : editing}
          list={roles.data}
          onClose={() => setEditing(null)}
          onDone={refresh}
        />
      ) : null}
      {removing ? (
        <Confirm
          title={t('roles.removeTitle', { role: removing.name })}
          action={t('action.remove')}
          onClose={() => setRemoving(null)}
          onConfirm={async () => {
            await adminApi.removeRole(removing.name);
            toast(t('roles.removed'));
            await refresh();
          }}
        >
          {t('roles.removeHint')}
        </Confirm>
      ) : null}
    </Section>
  );
}
