import type { RouteObject } from 'react-router';
import { GATE_ROUTES, ROUTES } from './routes.ts';

/** Loads what is drawn around the screen at an address, its texts and the screen itself, all at the same time. What fails is tried again by the router, which tells about it. */
export function loadScreen(pathname: string): void {
  const parts = pathname.split('/').filter(Boolean);
  const gate = routesAt(GATE_ROUTES, parts);
  const loads: Promise<unknown>[] = [import('./frame.tsx'), import('../i18n/en-later.ts')];
  if (!gate) loads.push(import('./shell.tsx'));
  for (const { lazy } of gate ?? routesAt(ROUTES, parts) ?? [])
    if (typeof lazy === 'function') loads.push(lazy());
  for (const load of loads) load.catch(() => undefined);
}

/** The route at an address and those around it. A word of its own counts before a place for any word. */
export function routesAt(
  routes: readonly RouteObject[],
  parts: readonly string[],
): RouteObject[] | undefined {
  const found = routes.flatMap((route) => {
    const own = route.path?.split('/').filter(Boolean) ?? [];
    if (!own.every((word, at) => (word.startsWith(':') ? parts[at] !== undefined : word === parts[at])))
      return [];
    const rest = parts.slice(own.length);
    const below = rest.length === 0 && !route.children ? [] : routesAt(route.children ?? [], rest);
    if (!below) return [];
    return [{ chain: [route, ...below], places: own.filter((word) => word.startsWith(':')).length }];
  });
  return found.sort((a, b) => a.places - b.places)[0]?.chain;
}
