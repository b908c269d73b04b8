import { before, type Graph, listOf, objectOf, type Step } from '../document/graph.ts';

/** A workflow of this step and of what it needs. Those give their sample data; the step itself is run. */
export function documentFor(document: Readonly<Record<string, unknown>>, graph: Graph, step: Step): string {
  const needed = new Set(before(graph, step.id));
  const parts = graph.steps.filter(({ id }) => needed.has(id) || id === step.id);
  const steps = parts.map((part) => {
    const { sample, ...value } = objectOf(listOf(document[part.section])[part.index]);
    return part.id === step.id || sample === undefined ? value : { ...value, sample };
  });
  const { name, inputs } = document;
  return `${JSON.stringify({ name: name ?? 'test', ...(inputs ? { inputs } : {}), steps }, null, 2)}\n`;
}
