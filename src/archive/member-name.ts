/** True for a name that leads out of the folder into which a careless program would unpack it. */
export function isUnsafeName(name: string): boolean {
  return (
    name === '' ||
    name.includes('\0') ||
    /^[/\\]|^[A-Za-z]:/.test(name) ||
    name.split(/[/\\]/).some((part) => part === '..')
  );
}

/** The name as it can be shown: without control characters, not endless. */
export function visibleName(name: string): string {
  const shown = name.replace(/[\u0000-\u001f\u007f]/g, '?').replaceAll('!', '?');
  return shown.length > 500 ? `${shown.slice(0, 499)}…` : shown || '?';
}
