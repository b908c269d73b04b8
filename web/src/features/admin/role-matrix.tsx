import IconButton from '@mui/material/IconButton';
import { Check, Minus, Pencil, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Role, RoleList } from '../../api/access-types.ts';
import './role-matrix.css';

interface RoleMatrixProps {
  list: RoleList;
  /** Absent: only to look at. Roles that come with SentinelX cannot be changed in any case. */
  onEdit?: (role: Role) => void;
  onRemove?: (role: Role) => void;
}

/** Which role may do what, in plain words. */
export function RoleMatrix({ list, onEdit, onRemove }: RoleMatrixProps) {
  const { t } = useTranslation();
  const roles = list.items;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable with the keyboard
    <section className="role-matrix card" tabIndex={0} aria-label={t('roles.matrix')}>
      <table>
        <thead>
          <tr>
            <th scope="col" className="role-matrix-corner">
              {t('roles.may')}
            </th>
            {roles.map((role) => (
              <th key={role.name} scope="col" title={role.title}>
                <span className="role-name" translate="no">
                  {role.name}
                </span>
                {role.builtIn || !onEdit || !onRemove ? null : (
                  <span className="role-buttons">
                    <IconButton
                      size="small"
                      aria-label={t('roles.editNamed', { role: role.name })}
                      onClick={() => onEdit(role)}
                    >
                      <Pencil size={14} aria-hidden="true" />
                    </IconButton>
                    <IconButton
                      size="small"
                      aria-label={t('roles.removeNamed', { role: role.name })}
                      onClick={() => onRemove(role)}
                    >
                      <Trash2 size={14} aria-hidden="true" />
                    </IconButton>
                  </span>
                )}
              </th>
            ))}
          </tr>
        </thead>
        {(['project', 'instance'] as const).map((kind) => (
          <tbody key={kind}>
            <tr className="role-matrix-group">
              <th scope="rowgroup" colSpan={roles.length + 1}>
                <span>{t(`roles.of.${kind}`)}</span>
              </th>
            </tr>
            {list.permissions
              .filter((permission) => permission.of === kind)
              .map((permission) => (
                <tr key={permission.name}>
                  <th scope="row">
                    {permission.title}
                    <code className="role-matrix-name" translate="no">
                      {permission.name}
                    </code>
                  </th>
                  {roles.map((role) => (
                    <td key={role.name}>
                      <Held held={role.permissions.includes(permission.name)} />
                    </td>
                  ))}
                </tr>
              ))}
          </tbody>
        ))}
      </table>
    </section>
  );
}

function Held({ held }: { held: boolean }) {
  const { t } = useTranslation();
  const Icon = held ? Check : Minus;
  return (
    <span className={held ? 'held' : 'not-held'}>
      <Icon size={16} aria-hidden="true" />
      <span className="visually-hidden">{held ? t('value.yes') : t('value.no')}</span>
    </span>
  );
}
