/** The policies that hold for a page with a report: one in the page, for who opens the file, and one that the server sends. */

/** In the page: its own script and style, by their hashes; data: images and fonts that are in it; nothing from elsewhere. */
export function pagePolicy({ script, style }: { script: string | null; style: string }): string {
  return [
    "default-src 'none'",
    ...(script === null ? [] : [`script-src 'sha256-${script}'`]),
    `style-src 'sha256-${style}'`,
    'img-src data:',
    'font-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** So much of a page is read to find its hashes. */
export const POLICY_BYTES = 2048;

const HASH = /'sha256-[A-Za-z0-9+/]{43}='/;

/**
 * What the server sends with a stored page: sandboxed, so that it has no origin of ours whatever is in it, and the hashes of the
 * script and the style that it was made with, which may be those of an earlier release.
 */
export function servedPolicy(head: string): string {
  const hash = (directive: string) => new RegExp(`${directive} (${HASH.source})`).exec(head)?.[1];
  const script = hash('script-src');
  return [
    // A link to elsewhere opens a tab of its own, which is not confined: a frame of ours may not show it.
    `sandbox ${script === undefined ? '' : 'allow-scripts '}allow-popups allow-popups-to-escape-sandbox`,
    "default-src 'none'",
    ...(script === undefined ? [] : [`script-src ${script}`]),
    `style-src ${hash('style-src') ?? "'none'"}`,
    'img-src data:',
    'font-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ].join('; ');
}
