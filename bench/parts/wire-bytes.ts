import { gzipSync } from 'node:zlib';
import type { WatchedPage } from './page-figures.ts';

export interface WireBytes {
  /** Script and style, each file compressed for itself. */
  codeKb: number;
  files: number;
  /** All that came, as it was sent. */
  wireKb: number;
}

/** What a browser without a cache loads for a page before anybody does something. */
export async function wireBytes({ page, cdp }: WatchedPage, address: string): Promise<WireBytes> {
  await cdp.send('Network.enable');
  await cdp.send('Network.setCacheDisabled', { cacheDisabled: true });
  let sent = 0;
  const bodies: Promise<number>[] = [];
  const onSent = ({ encodedDataLength }: { encodedDataLength: number }) => {
    sent += encodedDataLength;
  };
  const onAnswer = (answer: { url(): string; body(): Promise<Buffer> }) => {
    if (/\.(js|css)(\?|$)/.test(answer.url()))
      bodies.push(answer.body().then((body) => gzipSync(body).length));
  };
  cdp.on('Network.loadingFinished', onSent);
  page.on('response', onAnswer);
  await page.goto(address);
  await page.locator('h1').first().waitFor();
  await page.waitForTimeout(1000);
  cdp.off('Network.loadingFinished', onSent);
  page.off('response', onAnswer);
  const sizes = await Promise.all(bodies);
  await cdp.send('Network.setCacheDisabled', { cacheDisabled: false });
  return {
    codeKb: sizes.reduce((sum, size) => sum + size, 0) / 1024,
    files: sizes.length,
    wireKb: sent / 1024,
  };
}
