import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ROLES } from '../../../../src/model/permission.ts';
import { useMay, useUser } from '../../app/session.ts';
import { rolesQuery } from './queries.ts';

type Option = { value: string; label: string };

/** Every role with what it is for; those that come with SentinelX also for who may not read the list. */
export function useRoleOptions(): Option[] {
  const may = useMay();
  const roles = useQuery({ ...rolesQuery, enabled: may('role:read') });
  const known = roles.data?.items ?? Object.entries(ROLES).map(([name, { title }]) => ({ name, title }));
  return known.map(({ name, title }) => ({ value: name, label: title ? `${name} – ${title}` : name }));
}

export function usePlaceOptions(): Option[] {
  const { t } = useTranslation();
  const projects = useUser()?.projects ?? [];
  return [
    { value: '', label: t('users.everywhere') },
    ...projects.map((project) => ({ value: project.id, label: project.name })),
  ];
}
