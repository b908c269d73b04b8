import type { Section } from '../types.ts';

export const SECTIONS: readonly Section[] = ['steps', 'on_failure', 'finally'];
const ACTIONS = ['task', 'operation', 'workflow'] as const;

export type Action = (typeof ACTIONS)[number] | 'wait' | 'approval' | 'none';

/** One step as the canvas, the outline and the inspector show it. */
export interface Step {
  /** Its name; with a number behind it when the document has that name twice. */
  id: string;
  name: string;
  section: Section;
  /** Its place in the section. */
  index: number;
  action: Action;
  /** Of a task, an operation or a workflow: which one. */
  ref: string;
  /** What it waits for because the document says so, and because it reads their results. */
  needs: readonly string[];
  reads: readonly string[];
  condition: string | null;
  forEach: boolean;
  retries: number;
  gates: readonly ('wait' | 'approval')[];
  goesOn: boolean;
  sample: boolean;
  /** As it stands in the document. */
  value: Readonly<Record<string, unknown>>;
}

export interface Edge {
  id: string;
  from: string;
  to: string;
  /** `reads`: nobody wrote it down, the one reads what the other gave. */
  kind: 'needs' | 'reads';
}

export interface Graph {
  name: string;
  steps: readonly Step[];
  edges: readonly Edge[];
  byId: ReadonlyMap<string, Step>;
}

/** What a document says, as far as it can be understood: the server says what is wrong with it. */
export function graphOf(document: Readonly<Record<string, unknown>>): Graph {
  const steps = SECTIONS.flatMap((section) =>
    listOf(document[section]).map((value, index) => readStep(section, index, objectOf(value))),
  );
  const byId = new Map<string, Step>();
  for (const step of steps) {
    let id = step.name;
    for (let copy = 2; byId.has(id); copy++) id = `${step.name} (${copy})`;
    byId.set(id, Object.assign(step, { id }));
  }
  const edges: Edge[] = [];
  for (const step of steps) {
    const explicit = step.needs.filter((name) => name !== step.id && inSection(byId, name, step.section));
    const implied = readsOf(step.value).filter(
      (name) => name !== step.id && !explicit.includes(name) && inSection(byId, name, step.section),
    );
    Object.assign(step, { reads: implied });
    for (const from of explicit) edges.push({ id: `${from}→${step.id}`, from, to: step.id, kind: 'needs' });
    // What is waited for by way of another step needs no line of its own.
    for (const from of implied)
      if (!explicit.some((name) => reaches(byId, name, from)))
        edges.push({ id: `${from}→${step.id}`, from, to: step.id, kind: 'reads' });
  }
  return { name: textOf(document.name), steps, edges, byId };
}

/**
 * The new graph with everything in it that is as before: what is the same object is not drawn again. A key typed into the text of
 * a large workflow changes one step, if any.
 */
export function keepSame(before: Graph, after: Graph): Graph {
  const steps = after.steps.map((step) => {
    const known = before.byId.get(step.id);
    return known && JSON.stringify(known) === JSON.stringify(step) ? known : step;
  });
  const edges = JSON.stringify(before.edges) === JSON.stringify(after.edges) ? before.edges : after.edges;
  const sameSteps =
    steps.length === before.steps.length && steps.every((step, at) => step === before.steps[at]);
  if (!sameSteps) return { ...after, steps, edges, byId: new Map(steps.map((step) => [step.id, step])) };
  if (edges === before.edges && before.name === after.name) return before;
  return { name: after.name, steps: before.steps, edges, byId: before.byId };
}

/** Whether `from` waits for `to`, directly or by way of others. */
export function reaches(byId: ReadonlyMap<string, Step>, from: string, to: string): boolean {
  const seen = new Set<string>();
  const stack = [from];
  for (let name = stack.pop(); name !== undefined; name = stack.pop()) {
    const step = byId.get(name);
    if (!step || seen.has(name)) continue;
    seen.add(name);
    for (const need of [...step.needs, ...step.reads]) {
      if (need === to) return true;
      stack.push(need);
    }
  }
  return false;
}

/** Steps that this one needs, with what those need. */
export function before(graph: Graph, id: string): string[] {
  return graph.steps
    .filter((step) => step.id !== id && reaches(graph.byId, id, step.id))
    .map(({ id: own }) => own);
}

function readStep(section: Section, index: number, value: Record<string, unknown>): Step {
  const name = textOf(value.name) || `${section} ${index + 1}`;
  const action = ACTIONS.find((key) => value[key] !== undefined && value[key] !== null);
  const gates = (['wait', 'approval'] as const).filter(
    (key) => value[key] !== undefined && value[key] !== false,
  );
  return {
    id: name,
    name,
    section,
    index,
    action: action ?? gates.at(-1) ?? 'none',
    ref: action ? textOf(value[action]) : '',
    needs: [...new Set(textsOf(value.depends_on))],
    reads: [],
    condition: value.condition === undefined || value.condition === null ? null : String(value.condition),
    forEach: value.for_each !== undefined && value.for_each !== null,
    retries: typeof value.retry === 'number' ? value.retry : Number(objectOf(value.retry).max ?? 0) || 0,
    gates: action ? gates : gates.slice(0, -1),
    goesOn: value.continue_on_error === true,
    sample: value.sample !== undefined && value.sample !== null,
    value,
  };
}

const READ = /\bsteps\s*(?:\.\s*([A-Za-z_]\w*)|\[\s*(?:"([^"]+)"|'([^']+)')\s*\])/g;

/** Names of steps whose results stand in expressions of this one. */
export function readsOf(value: unknown): string[] {
  const names = new Set<string>();
  const visit = (one: unknown, bare: boolean): void => {
    if (typeof one === 'string') {
      if (!bare && !one.includes('${{')) return;
      for (const match of one.matchAll(READ)) names.add(match[1] ?? match[2] ?? match[3] ?? '');
    } else if (Array.isArray(one)) for (const item of one) visit(item, false);
    else if (typeof one === 'object' && one !== null)
      for (const [key, inner] of Object.entries(one)) {
        if (key === 'sample' && one === value) continue;
        visit(inner, one === value && (key === 'condition' || key === 'for_each'));
      }
  };
  visit(value, false);
  return [...names];
}

function inSection(byId: ReadonlyMap<string, Step>, id: string, section: Section): boolean {
  return byId.get(id)?.section === section;
}

export function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
export function textsOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === 'string');
}
