import type { BrowserLikeSession } from './browser-session.ts';

export async function passSecondFactor(
  _browser: BrowserLikeSession,
  _entered: unknown,
  _askCode: () => Promise<string>,
): Promise<void> {}
