import type { ComponentType } from 'react';
import type { LoaderFunction, RouteObject } from 'react-router';

/** What a page begins with, besides itself: see `first-answers.ts`. */
interface Extra {
  loader: LoaderFunction;
}

/** A screen at an address, in a chunk of its own. */
export function page(
  path: string,
  load: () => Promise<ComponentType | (Extra & { Component: ComponentType })>,
  children?: RouteObject[],
): RouteObject {
  const lazy = async () => {
    const loaded = await load();
    // What the page begins with is asked for once, and not again whenever its address says something else.
    return 'loader' in loaded
      ? { ...loaded, shouldRevalidate: () => false }
      : { Component: loaded as ComponentType };
  };
  return children ? { path, lazy, children } : { path, lazy };
}

/** What leads on to another address is no screen. */
export const MOVED = 'moved';

/** An address that has moved. */
export function moved(place: { path: string } | { index: true }, to: string): RouteObject {
  return {
    ...place,
    handle: MOVED,
    lazy: async () => ({ Component: (await import('./moved.tsx')).movedTo(to) }),
  };
}
