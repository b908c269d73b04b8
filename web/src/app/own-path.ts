/** `next` comes from the address: only a path of this app may follow, never another site. */
export function ownPath(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) ? next : '/';
}
