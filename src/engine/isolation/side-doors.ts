let removed = false;

/**
 * Takes away what Node's permission model leaves open to a run: signals to other processes and the internal bindings. It
 * confines mistakes and hostile input; a hostile plug-in is out of its reach (SECURITY.md).
 */
export function removeSideDoors(): void {
  if (removed) return;
  removed = true;
  for (const name of [
    'kill',
    'binding',
    '_linkedBinding',
    'dlopen',
    '_debugProcess',
    '_debugEnd',
    'setuid',
    'setgid',
    'setgroups',
    'initgroups',
    'seteuid',
    'setegid',
    'chdir',
    'execve',
    'abort',
  ] as const) {
    Object.defineProperty(process, name, { value: refuse(name), writable: false, configurable: false });
  }
}

function refuse(name: string) {
  return () => {
    throw Object.assign(new Error(`process.${name} is not available to a run`), {
      code: 'ERR_ACCESS_DENIED',
    });
  };
}
