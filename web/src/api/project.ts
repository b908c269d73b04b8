const KEY = 'sentinelx-project';

/** Each tab keeps its own project; a new tab begins with the one that was chosen last. */
let chosen = sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY) ?? undefined;

/** The project that every request names; undefined: the usual one of the account. */
export function currentProject(): string | undefined {
  return chosen;
}

export function setProject(id: string | undefined): void {
  chosen = id;
  for (const storage of [sessionStorage, localStorage]) {
    if (id === undefined) storage.removeItem(KEY);
    else storage.setItem(KEY, id);
  }
}

/** For links and sockets, which carry no header. */
export function addressInProject(address: string): string {
  if (chosen === undefined) return address;
  return `${address}${address.includes('?') ? '&' : '?'}project=${encodeURIComponent(chosen)}`;
}
