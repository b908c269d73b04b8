import { expect, test } from 'vitest';
import { routesAt } from './load-screen.ts';
import { ROUTES } from './routes.ts';

test.each([
  ['/', ['/']],
  ['/findings', ['/findings']],
  ['/findings/imports', ['/findings/imports']],
  ['/findings/fnd_1', ['/findings/:finding']],
  ['/findings/imports/run_1', ['/findings/imports/:run']],
  ['/admin/users/usr_1', ['/admin', 'users/:user']],
  ['/project', ['/project', undefined]],
])('%s is the screen %j', (address, paths) => {
  const found = routesAt(ROUTES, address.split('/').filter(Boolean));
  expect(found?.map(({ path }) => path)).toEqual(paths);
});

test.each(['/nowhere', '/findings/fnd_1/more', '/admin/nothing'])('%s is no screen', (address) => {
  expect(routesAt(ROUTES, address.split('/').filter(Boolean))).toBeUndefined();
});
