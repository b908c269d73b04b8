import type { Section } from '../types.ts';

export const NODE = { width: 216, height: 68 };
const LANE_GAP = 56;

export interface LayoutOrder {
  id: number;
  sections: { section: Section; nodes: readonly string[]; edges: readonly (readonly [string, string])[] }[];
}

export interface Lane {
  section: Section;
  y: number;
}

export interface Layout {
  id: number;
  positions: Readonly<Record<string, { x: number; y: number }>>;
  lanes: readonly Lane[];
}

/** Sections stand below each other; each is laid out from left to right. */
export async function layOut(order: LayoutOrder): Promise<Layout> {
  const dagre = await import('@dagrejs/dagre');
  const positions: Record<string, { x: number; y: number }> = {};
  const lanes: Lane[] = [];
  let top = 0;
  for (const { section, nodes, edges } of order.sections) {
    if (nodes.length === 0) continue;
    const graph = new dagre.Graph({ multigraph: false });
    graph.setGraph({ rankdir: 'LR', nodesep: 28, ranksep: 72, marginx: 0, marginy: 0 });
    graph.setDefaultEdgeLabel(() => ({}));
    for (const node of nodes) graph.setNode(node, { ...NODE });
    for (const [from, to] of edges) graph.setEdge(from, to);
    dagre.layout(graph);
    let bottom = 0;
    for (const node of nodes) {
      const { x = 0, y = 0 } = graph.node(node) as { x?: number; y?: number };
      positions[node] = { x: x - NODE.width / 2, y: top + y - NODE.height / 2 };
      bottom = Math.max(bottom, y + NODE.height / 2);
    }
    lanes.push({ section, y: top - 30 });
    top += bottom + LANE_GAP + 20;
  }
  return { id: order.id, positions, lanes };
}
