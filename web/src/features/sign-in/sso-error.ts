const KNOWN = [
  'sso-refused',
  'sso-unreachable',
  'sso-no-account',
  'sso-misconfigured',
  'account-locked',
  'ticket-expired',
] as const;
type Known = (typeof KNOWN)[number];

/** The way back from single sign-on carries what went wrong in the fragment; it leaves the address bar at once. */
export function takeErrorFromAddress(): string | undefined {
  const code = new URLSearchParams(window.location.hash.slice(1)).get('error') ?? undefined;
  if (code === undefined) return undefined;
  const { pathname, search } = window.location;
  window.history.replaceState(window.history.state, '', `${pathname}${search}`);
  // Anybody can write an address: only what looks like one of our codes is shown.
  return /^[a-z][a-z-]{1,60}$/.test(code) ? code : 'internal';
}

export function knownSsoError(code: string): Known | 'other' {
  return KNOWN.find((known) => known === code) ?? 'other';
}
