import { type LayoutOrder, layOut } from './layout.ts';

self.addEventListener('message', (event: MessageEvent<LayoutOrder>) => {
  void layOut(event.data).then((layout) => self.postMessage(layout));
});
