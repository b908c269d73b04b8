import { useEffect, useMemo, useRef, useState } from 'react';
import { type Graph, SECTIONS } from '../document/graph.ts';
import type { Layout, LayoutOrder } from './layout.ts';

const NONE: Layout = { id: 0, positions: {}, lanes: [] };

/** Places for the steps, from a worker: a large graph takes it hundreds of milliseconds. Only another shape is laid out anew. */
export function useLayout(graph: Graph): Layout {
  const [layout, setLayout] = useState(NONE);
  const worker = useRef<Worker | null>(null);
  const newest = useRef(0);
  const shape = useMemo(() => shapeOf(graph), [graph]);
  const key = JSON.stringify(shape);

  useEffect(() => {
    const made = new Worker(new URL('./layout-worker.ts', import.meta.url), { type: 'module' });
    worker.current = made;
    made.addEventListener('message', ({ data }: MessageEvent<Layout>) => {
      // An answer to an older shape that comes late is of no use.
      if (data.id === newest.current) setLayout(data);
    });
    return () => {
      worker.current = null;
      made.terminate();
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says whether the shape is another one
  useEffect(() => {
    newest.current += 1;
    const order: LayoutOrder = { id: newest.current, sections: shape };
    worker.current?.postMessage(order);
  }, [key]);
  return layout;
}

function shapeOf(graph: Graph): LayoutOrder['sections'] {
  return SECTIONS.map((section) => {
    const nodes = graph.steps.filter((step) => step.section === section).map(({ id }) => id);
    const inside = new Set(nodes);
    const edges = graph.edges
      .filter(({ from, to }) => inside.has(from) && inside.has(to))
      .map(({ from, to }) => [from, to] as const);
    return { section, nodes, edges };
  });
}
