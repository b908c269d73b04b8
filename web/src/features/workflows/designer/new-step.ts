import {
  type Edit,
  freeName,
  insertAfter,
  insertBefore,
  insertBetween,
  insertStep,
  setAction,
} from '../document/edit.ts';
import type { Graph } from '../document/graph.ts';
import type { Target } from './designer-context.ts';
import type { Choice } from './palette.tsx';

/** The edit that puts what was chosen where it was asked for, and the name of the step. */
export function editFor(graph: Graph, target: Target, choice: Choice): { edit: Edit; id: string } | null {
  if (target.kind === 'action')
    return { edit: setAction(target.step, { [choice.action]: choice.ref }), id: target.step.id };
  const name = freeName(graph, nameFor(choice));
  const step = { name, ...stepOf(choice) };
  switch (target.kind) {
    case 'end':
      return { edit: insertStep({ section: target.section }, step), id: name };
    case 'after':
      return { edit: insertAfter(target.step, step), id: name };
    case 'before':
      return { edit: insertBefore(target.step, step), id: name };
    case 'between': {
      const [from, to] = [graph.byId.get(target.edge.from), graph.byId.get(target.edge.to)];
      return from && to ? { edit: insertBetween(from, to, step), id: name } : null;
    }
  }
}

function stepOf({ action, ref }: Choice): Record<string, unknown> {
  if (action === 'approval') return { approval: true };
  if (action === 'wait') return { wait: '5m' };
  return { [action]: ref };
}

/** `findings.list` → `findings-list`, `secrets-scan` → `secrets-scan`. */
function nameFor({ action, ref }: Choice): string {
  return ref === '' ? (action === 'approval' ? 'approve' : 'wait') : ref;
}
