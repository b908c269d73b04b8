import { ALL_PERMISSIONS, PERMISSIONS, type Permission } from '../../../../src/model/permission.ts';

/** Permissions with their words, those that fit only. The table is the server's own: a plain list without code. */
export function permissionOptions(
  fits: (permission: Permission) => boolean,
): { value: Permission; label: string; note: string }[] {
  return ALL_PERMISSIONS.filter(fits).map((name) => ({
    value: name,
    label: PERMISSIONS[name].title,
    note: name,
  }));
}
