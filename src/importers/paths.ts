/** `C:\build\src\a.ts`, `./src/a.ts`, `file:///src/a%20b.ts` as `src/a.ts`: relative, with `/`, without `.` and `..`. */
export function plainPath(given: string, root?: string): string {
  const path = withoutRoot(slashes(given), root === undefined ? undefined : slashes(root));
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

export function isAbsolute(given: string): boolean {
  return slashes(given).startsWith('/');
}

/** `C:\\build\\src\\..\\a.ts` as `/build/a.ts`: from the root of its file system, whatever that is called. */
export function absolutePath(given: string): string {
  return `/${plainPath(given)}`;
}

function slashes(given: string): string {
  let path = given;
  const url = /^file:(?:\/\/(?:localhost)?(?=\/))?(.*)$/is.exec(path);
  if (url) path = decoded(url[1] ?? '');
  path = path.replaceAll('\\', '/');
  // `/C:/build` of an address is `C:/build`.
  return path.replace(/^\/?[A-Za-z]:(?=\/)/, '');
}

function withoutRoot(path: string, root: string | undefined): string {
  const base = root?.replace(/\/+$/, '');
  if (!base) return path;
  return path === base ? '' : path.startsWith(`${base}/`) ? path.slice(base.length + 1) : path;
}

/** A `%` that begins no escape is one. */
export function decoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
