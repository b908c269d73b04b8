import type { Flow, OlderStep } from './older-step.ts';

const VALID = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;
const MOST = 64;

/** Gives each step a name of today, unique in the whole workflow. */
export function nameSteps(flow: Flow): void {
  const taken = new Set<string>();
  // Names that are right already stay, whatever stands before them.
  for (const step of flow.steps)
    if (isFirstOfItsName(flow, step) && VALID.test(step.name)) taken.add(step.name);
  for (const step of flow.steps) {
    if (isFirstOfItsName(flow, step) && VALID.test(step.name)) continue;
    step.newName = unique(VALID.test(step.name) ? step.name : slug(step.name, '_', 'step'), taken);
    taken.add(step.newName);
    flow.conversion.note([...step.path, 'name'], {
      what: 'renamed',
      from: step.name,
      to: step.newName,
      message:
        'Names of steps are letters, digits, _ and -, and each is given once; it is renamed everywhere.',
    });
  }
}

function isFirstOfItsName(flow: Flow, step: OlderStep): boolean {
  return flow.byName.has(step.name) ? flow.byName.get(step.name) === step : firstHandler(flow, step) === step;
}

function firstHandler(flow: Flow, step: OlderStep): OlderStep | undefined {
  return flow.steps.find((one) => one.name === step.name);
}

export function slug(name: string, gap: '_' | '-', otherwise: string): string {
  const plain = name
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, gap)
    .replace(new RegExp(`^${gap}+|${gap}+$`, 'g'), '');
  const named = gap === '_' && /^\d/.test(plain) ? `${otherwise}_${plain}` : plain;
  let end = Math.min(named.length, MOST);
  while (end > 0 && '_-'.includes(named.charAt(end - 1))) end -= 1;
  return named.slice(0, end) || otherwise;
}

function unique(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let number = 2; ; number += 1) {
    const end = `_${number}`;
    const next = name.slice(0, MOST - end.length) + end;
    if (!taken.has(next)) return next;
  }
}
