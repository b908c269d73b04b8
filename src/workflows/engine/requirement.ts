import type { Where } from './activate.ts';

export function whereOf(requirement: string): Where {
  return requirement.split(';')[0] as Where;
}

/** `os=linux` and the like: what a requirement asks for besides where. */
export function labelsOf(requirement: string): [name: string, value: string][] {
  const [, ...pairs] = requirement.split(';');
  return pairs.map((pair) => {
    const at = pair.indexOf('=');
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
}

/** Whether a process with these labels has what the step needs: `process;os=linux;zone=dmz`. */
export function fits(requirement: string, labels: Readonly<Record<string, string>>): boolean {
  return labelsOf(requirement).every(([name, value]) => labels[name] === value);
}
