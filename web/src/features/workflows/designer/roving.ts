import type { Graph } from '../document/graph.ts';

interface Where {
  graph: Graph;
  positions: Readonly<Record<string, { x: number; y: number }>>;
}

/** Where an arrow key leads from a step (`n:scan`) or a connection (`e:scan→ask`); undefined: the key means nothing there. */
export function nextFocus(key: string, name: string, where: Where): string | undefined {
  return name.startsWith('n:') ? fromStep(key, name.slice(2), where) : fromEdge(key, name.slice(2), where);
}

function fromStep(key: string, id: string, { graph, positions }: Where): string | undefined {
  const step = (other: string | undefined) => (other === undefined ? `n:${id}` : `n:${other}`);
  switch (key) {
    case 'ArrowRight':
      return step(graph.edges.find(({ from }) => from === id)?.to);
    case 'ArrowLeft':
      return step(graph.edges.find(({ to }) => to === id)?.from);
    case 'ArrowDown':
    case 'ArrowUp': {
      const order = byRow(graph, positions);
      return step(order[order.indexOf(id) + (key === 'ArrowDown' ? 1 : -1)]);
    }
    case 'Home':
      return step(graph.steps[0]?.id);
    case 'End':
      return step(graph.steps.at(-1)?.id);
    case 'e': {
      const edge = graph.edges.find(({ from }) => from === id) ?? graph.edges.find(({ to }) => to === id);
      return edge ? `e:${edge.id}` : `n:${id}`;
    }
    default:
      return undefined;
  }
}

function fromEdge(key: string, id: string, { graph }: Where): string | undefined {
  const edge = graph.edges.find((one) => one.id === id);
  if (!edge) return undefined;
  const beside = graph.edges.filter(({ from, to }) => from === edge.from || to === edge.to);
  const at = beside.indexOf(edge);
  switch (key) {
    case 'ArrowRight':
      return `n:${edge.to}`;
    case 'ArrowLeft':
    case 'Escape':
      return `n:${edge.from}`;
    case 'ArrowDown':
    case 'e':
      return `e:${beside[(at + 1) % beside.length]?.id ?? id}`;
    case 'ArrowUp':
      return `e:${beside[(at - 1 + beside.length) % beside.length]?.id ?? id}`;
    default:
      return undefined;
  }
}

/** Column by column from the left, each from the top: the way in which up and down reach every step. */
function byRow(graph: Graph, positions: Where['positions']): string[] {
  const place = (id: string) => positions[id] ?? { x: 0, y: 0 };
  const section = (id: string) =>
    ['steps', 'on_failure', 'finally'].indexOf(graph.byId.get(id)?.section ?? '');
  return graph.steps
    .map(({ id }) => id)
    .sort((a, b) => section(a) - section(b) || place(a).x - place(b).x || place(a).y - place(b).y);
}
