import { createServer } from 'node:http';

const HEAD = '<!doctype html><html lang="en"><meta charset="utf-8"><title>bare</title>';

/** What the app's figures stand beside: the same browser with as little as possible to do. */
const PAGES: Record<string, string> = {
  '/empty': `${HEAD}<h1>Nothing else on this page</h1><button onclick="this.textContent += '.'">Say more</button>`,
  // 100,000 rows of one line each, of which those in sight exist.
  '/rows': `${HEAD}<style>
#main { height: 100vh; overflow-y: auto; margin: 0 } #list { position: relative; height: 3600000px }
#list div { position: absolute; inset: 0 0 auto 0; height: 36px; contain: strict }</style>
<div id="main"><div id="list"></div></div><script>
const main = document.getElementById('main'), list = document.getElementById('list'), pool = [];
function draw() {
  const first = Math.max(0, Math.floor(main.scrollTop / 36) - 8);
  for (let at = 0; at < 42; at++) {
    const row = pool[at] ??= list.appendChild(document.createElement('div'));
    row.style.transform = 'translateY(' + (first + at) * 36 + 'px)';
    row.textContent = 'Row ' + (first + at) + ' of a list that has nothing but words';
  }
}
main.addEventListener('scroll', draw); draw();</script>`,
  // 300 boxes on a plane that is moved and scaled.
  '/boxes': `${HEAD}<style>body { margin: 0; overflow: hidden } #plane { transform-origin: 0 0 }
#plane div { position: absolute; width: 220px; height: 64px; border: 1px solid #888 }</style><div id="plane"></div><script>
const plane = document.getElementById('plane');
for (let at = 0; at < 300; at++) {
  const box = plane.appendChild(document.createElement('div'));
  box.textContent = 'box ' + at;
  box.style.transform = 'translate(' + (at % 20) * 280 + 'px,' + Math.floor(at / 20) * 100 + 'px)';
}</script>`,
};

export async function serveBarePages(): Promise<{ base: string; close(): Promise<void> }> {
  const server = createServer(({ url = '' }, answer) => {
    const page = PAGES[url];
    answer.writeHead(page ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' }).end(page ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the bare pages have no address');
  return {
    base: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
