import {
  Background,
  BackgroundVariant,
  type Connection,
  MarkerType,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react';
import { type KeyboardEvent, type MouseEvent, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { connect } from '../document/edit.ts';
import { type Graph, reaches } from '../document/graph.ts';
import type { StepStatus } from '../types.ts';
import { CanvasTools } from './canvas-tools.tsx';
import { CommandMenu } from './command-menu.tsx';
import { type Command, commandFor, useEdgeCommands, useStepCommands } from './commands.ts';
import type { Designer } from './designer-context.ts';
import { NODE } from './layout.ts';
import { nextFocus } from './roving.ts';
import { StepEdge, type StepEdgeType } from './step-edge.tsx';
import {
  LaneNode,
  type LaneNodeType,
  type StepData,
  StepNode,
  type StepNodeType,
  sameData,
} from './step-node.tsx';
import { stepWords } from './step-words.ts';
import { useLayout } from './use-layout.ts';
import '@xyflow/react/dist/base.css';
import './canvas.css';

const NODE_TYPES = { step: StepNode, lane: LaneNode };
const EDGE_TYPES = { step: StepEdge };

interface CanvasProps {
  graph: Graph;
  label: string;
  selected: string | null;
  onSelect: (id: string | null) => void;
  statusOf?: (id: string) => StepStatus | undefined;
  problemsOf?: (id: string) => number;
  /** Without it the graph is only looked at. */
  designer?: Designer;
}

export function Canvas(props: CanvasProps) {
  return (
    <ReactFlowProvider>
      <Flow {...props} />
    </ReactFlowProvider>
  );
}

/**
 * The steps as a picture. For the keyboard it is one tab stop: arrows move between steps, `e` goes from a step to its
 * connections, and each has its commands behind keys and a menu. Nothing needs a pointer.
 */
function Flow(props: CanvasProps) {
  const { graph, label, onSelect, designer } = props;
  const { t } = useTranslation();
  const layout = useLayout(graph);
  const box = useRef<HTMLElement>(null);
  const flow = useReactFlow();
  const [menu, setMenu] = useState<{ anchor: Element; label: string; commands: readonly Command[] } | null>(
    null,
  );
  const nodes = useNodes(props, layout);
  const edges = useEdges(props);
  const commands = useFocusCommands(designer, graph);
  useTabStop(box, nodes.length + edges.length);

  // Another number of steps is another picture; a changed step is not.
  const shown = nodes.length > 0 ? graph.steps.length : 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new shape is brought into view
  useEffect(() => {
    if (shown > 0) void flow.fitView({ maxZoom: 1, padding: 0.12 });
  }, [shown, layout.id]);

  const focus = (name: string) => {
    const element = box.current?.querySelector<HTMLElement>(`[data-focus="${CSS.escape(name)}"]`);
    element?.focus({ preventScroll: true });
    const place = name.startsWith('n:') ? layout.positions[name.slice(2)] : undefined;
    if (element && box.current && !isInside(element, box.current) && place)
      void flow.setCenter(place.x + NODE.width / 2, place.y + NODE.height / 2, { zoom: flow.getZoom() });
  };
  const openMenu = (anchor: Element) => {
    const name = anchor.getAttribute('data-focus') ?? '';
    const own = commands(name);
    if (own.length > 0) setMenu({ anchor, label: name.slice(2), commands: own });
  };

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const name = (event.target as HTMLElement).getAttribute('data-focus');
    if (name === null) return;
    const to = event.altKey ? undefined : nextFocus(event.key, name, { graph, positions: layout.positions });
    if (to !== undefined) {
      event.preventDefault();
      return focus(to);
    }
    if (event.key === 'm' || event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10')) {
      event.preventDefault();
      return openMenu(event.target as HTMLElement);
    }
    if (event.key === 'Escape') return onSelect(null);
    // Enter also arrives as a click, which selects: the form is opened by the key alone.
    const command = commandFor(commands(name), event);
    if (!command) return;
    event.preventDefault();
    command.run();
  };
  const onClick = (event: MouseEvent) => {
    const target = (event.target as HTMLElement).closest('[data-focus]');
    const name = target?.getAttribute('data-focus');
    if (!target || !name) return;
    (target as HTMLElement).focus({ preventScroll: true });
    if (name.startsWith('n:')) onSelect(name.slice(2));
    else openMenu(target);
  };
  const onContextMenu = (event: MouseEvent) => {
    const target = (event.target as HTMLElement).closest('[data-focus]');
    if (!target || !designer) return;
    event.preventDefault();
    openMenu(target);
  };
  const onConnect = ({ source, target }: Connection) => {
    const [from, to] = [graph.byId.get(source), graph.byId.get(target)];
    if (!designer || !from || !to || !mayConnect(graph, source, target)) return;
    designer.draft.edit(connect(from, to));
  };

  return (
    <section
      ref={box}
      className="wf-canvas"
      aria-label={label}
      onKeyDown={onKeyDown}
      onClick={onClick}
      onContextMenu={onContextMenu}
    >
      <p className="visually-hidden">{designer ? t('designer.canvasHelp') : t('designer.canvasHelpRead')}</p>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onConnect={onConnect}
        isValidConnection={({ source, target }) => mayConnect(graph, source, target)}
        nodesDraggable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        nodesConnectable={designer !== undefined}
        disableKeyboardA11y
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        panActivationKeyCode={null}
        zoomActivationKeyCode={null}
        zoomOnDoubleClick={false}
        panOnScroll
        minZoom={0.15}
        maxZoom={1.5}
        proOptions={{ hideAttribution: true }}
        aria-label={label}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1} />
      </ReactFlow>
      <CanvasTools />
      {menu ? <CommandMenu {...menu} onClose={() => setMenu(null)} /> : null}
    </section>
  );
}

function useNodes(
  { graph, selected, statusOf, problemsOf, designer }: CanvasProps,
  layout: ReturnType<typeof useLayout>,
): (StepNodeType | LaneNodeType)[] {
  const { t } = useTranslation();
  const editable = designer !== undefined;
  const kept = useRef(new Map<string, StepNodeType>());
  const { steps: all, edges } = graph;
  return useMemo(() => {
    const lanes: LaneNodeType[] = layout.lanes
      .filter(({ section }) => layout.lanes.length > 1 || section !== 'steps')
      .map(({ section, y }) => ({
        id: `lane ${section}`,
        type: 'lane',
        position: { x: 0, y },
        data: { label: t(`designer.section.${section}`) },
        selectable: false,
        connectable: false,
      }));
    const steps = all.flatMap((step): StepNodeType[] => {
      const position = layout.positions[step.id];
      if (!position) return [];
      const problems = problemsOf?.(step.id) ?? 0;
      const status = statusOf?.(step.id);
      const words = stepWords(t, step, { edges, problems });
      const data: StepData = {
        step,
        words,
        problems,
        status,
        selected: step.id === selected,
        editable,
      };
      // The library measures a node that is another object anew: only what has changed is one.
      const known = kept.current.get(step.id);
      if (known && known.position === position && sameData(known.data, data)) return [known];
      const node: StepNodeType = { id: step.id, type: 'step', position, ...NODE, data };
      kept.current.set(step.id, node);
      return [node];
    });
    return [...lanes, ...steps];
  }, [all, edges, layout, selected, statusOf, problemsOf, editable, t]);
}

function useEdges({ graph, designer }: CanvasProps): StepEdgeType[] {
  const { t } = useTranslation();
  const editable = designer !== undefined && !designer.state.broken;
  const all = graph.edges;
  return useMemo(
    () =>
      all.map(({ id, from, to, kind }) => ({
        id,
        source: from,
        target: to,
        type: 'step',
        markerEnd: { type: MarkerType.ArrowClosed, width: 18, height: 18 },
        data: { kind, editable, label: t('designer.edge', { from, to }) },
      })),
    [all, editable, t],
  );
}

/** The commands of what has the focus: a step (`n:scan`) or a connection (`e:scan→ask`). */
function useFocusCommands(designer: Designer | undefined, graph: Graph): (name: string) => Command[] {
  const forStep = useStepCommands(designer ?? NOBODY);
  const forEdge = useEdgeCommands(designer ?? NOBODY);
  return (name) => {
    if (!designer) return [];
    const id = name.slice(2);
    const step = name.startsWith('n:') ? graph.byId.get(id) : undefined;
    if (step) return forStep(step);
    const edge = name.startsWith('e:') ? graph.edges.find((one) => one.id === id) : undefined;
    return edge ? forEdge(edge) : [];
  };
}

/** Never asked: without a designer there are no commands. */
const NOBODY = { state: { graph: { steps: [], edges: [] } } } as unknown as Designer;

/** Exactly one of the steps and connections can be reached with Tab: the one that had the focus last. */
function useTabStop(box: { current: HTMLElement | null }, count: number): void {
  useEffect(() => {
    const canvas = box.current;
    if (!canvas) return;
    const all = () => canvas.querySelectorAll<HTMLElement>('[data-focus]');
    const stop = (element: HTMLElement) => {
      for (const other of all()) other.tabIndex = other === element ? 0 : -1;
    };
    const onFocus = ({ target }: FocusEvent) => {
      if (target instanceof HTMLElement && target.dataset.focus !== undefined) stop(target);
    };
    canvas.addEventListener('focusin', onFocus);
    return () => canvas.removeEventListener('focusin', onFocus);
  }, [box]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is new or gone may have been the one
  useEffect(() => {
    const canvas = box.current;
    if (!canvas || canvas.querySelector('[data-focus][tabindex="0"]')) return;
    const first = canvas.querySelector<HTMLElement>('[data-focus^="n:"]');
    if (first) first.tabIndex = 0;
  }, [box, count]);
}

export function mayConnect(graph: Graph, from: string | null, to: string | null): boolean {
  const [a, b] = [graph.byId.get(from ?? ''), graph.byId.get(to ?? '')];
  return (
    a !== undefined &&
    b !== undefined &&
    a !== b &&
    a.section === b.section &&
    !b.needs.includes(a.id) &&
    !reaches(graph.byId, a.id, b.id)
  );
}

function isInside(element: Element, box: Element): boolean {
  const [a, b] = [element.getBoundingClientRect(), box.getBoundingClientRect()];
  return a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom;
}
