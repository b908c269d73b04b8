import { expect, test } from 'vitest';
import type { RoleList } from '../../api/access-types.ts';
import { reasonsFor } from './authority.ts';

const LIST = {
  items: [
    {
      name: 'reader',
      title: '',
      builtIn: false,
      permissions: ['run:read', 'audit:read'],
      created: 1,
      updated: 1,
    },
    { name: 'runner', title: '', builtIn: false, permissions: ['run:create'], created: 1, updated: 1 },
  ],
  permissions: [
    { name: 'run:read', title: '', of: 'project' },
    { name: 'run:create', title: '', of: 'project' },
    { name: 'audit:read', title: '', of: 'instance' },
  ],
} as unknown as RoleList;

const grant = (role: string, project: string) => ({ id: `${role}@${project}`, role, project }) as never;

test('a role of one project gives what is of that project, there and only there', () => {
  const user = { grants: [grant('reader', 'prj_a'), grant('runner', 'prj_b')] };
  const [read, create, audit] = reasonsFor(user, LIST, 'prj_a');
  expect(read?.by.map(({ id }) => id)).toEqual(['reader@prj_a']);
  expect(create?.by, 'granted elsewhere').toEqual([]);
  expect(audit?.by, 'counts for the whole server').toEqual([]);
  expect(audit?.tooNarrow.map(({ id }) => id)).toEqual(['reader@prj_a']);
});

test('a role that is granted everywhere gives all that it holds, beside one of the project', () => {
  const user = { grants: [grant('reader', '*'), grant('reader', 'prj_a')] };
  const [read, , audit] = reasonsFor(user, LIST, 'prj_a');
  expect(read?.by).toHaveLength(2);
  expect(audit?.by.map(({ id }) => id)).toEqual(['reader@*']);
});
