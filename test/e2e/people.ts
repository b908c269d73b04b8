import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openPage } from './browser.ts';
import type { SeededServer } from './seeded-server.ts';

export const NEW_PASSWORD = 'copper lantern walks twice';

/** Somebody else at a browser of their own, signed in with a role. */
export async function colleague(
  { server, browser, complaints }: { server: SeededServer; browser: Browser; complaints: string[] },
  { login, role, options = {} }: { login: string; role: string; options?: BrowserContextOptions },
): Promise<Page> {
  const { body } = await server.call('/api/v1/users');
  const known = body.items.find((one: { login: string }) => one.login === login)?.id;
  const made =
    known ??
    (await server.call('/api/v1/users', { method: 'POST', body: { login, name: login, role } })).body.id;
  const password = await server.temporaryPassword(made);
  const page = await openPage(browser, complaints, options);
  await page.goto(`${server.base}/sign-in`);
  await page.locator('#sign-in-login').fill(login);
  await page.locator('#sign-in-password').fill(password);
  await page.locator('button[type=submit]').click();
  await page.getByLabel('New password').fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  return page;
}
