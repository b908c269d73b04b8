/** The parts of a package address that tell what it is: type, namespace and name; and its version. */
export function packageOf(purl: string): { name: string; version: string | undefined } | undefined {
  const [, path, version] = /^pkg:([^@?#]+)(?:@([^?#]*))?/i.exec(purl) ?? [];
  if (path === undefined) return undefined;
  return { name: plain(path).toLowerCase(), version: version ? plain(version) : undefined };
}

/** Whether a statement about `said` is about the package `found`: without a version it is about each. */
export function samePackage(said: string, found: string): boolean {
  const wanted = packageOf(said);
  const one = packageOf(found);
  if (!wanted || !one || wanted.name !== one.name) return false;
  return wanted.version === undefined || one.version === undefined || wanted.version === one.version;
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
