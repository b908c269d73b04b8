import type { ComponentType } from 'react';
import type { RouteObject } from 'react-router';

/** A screen at an address, in a chunk of its own. */
export function page(
  path: string,
  load: () => Promise<ComponentType>,
  children?: RouteObject[],
): RouteObject {
  const lazy = async () => ({ Component: await load() });
  return children ? { path, lazy, children } : { path, lazy };
}
