import { type Document, isMap, isScalar, isSeq, parseDocument, visit, YAMLMap, YAMLSeq } from 'yaml';
import type { Section } from '../types.ts';
import { type Graph, type Step, textsOf } from './graph.ts';

/** Edits are made on the document and not on the text, so that comments and the order of keys survive. */
export type Edit = (doc: Document) => void;

const WIDTH = 110;

export function applyEdit(source: string, edit: Edit): string {
  const doc = parseDocument(source, { uniqueKeys: true });
  if (!isMap(doc.contents)) doc.contents = new YAMLMap() as never;
  edit(doc);
  // What was written as JSON stays JSON: it would otherwise get words without quotes.
  if (/^\s*\{/.test(source)) return `${JSON.stringify(doc.toJS(), null, 2)}\n`;
  const flat = /^(steps|on_failure|finally):[^\n]*\n(?:\s*#[^\n]*\n|\s*\n)*- /m.test(source);
  return doc.toString({ lineWidth: WIDTH, indentSeq: !flat, flowCollectionPadding: true });
}

export interface Place {
  section: Section;
  /** Position in the section; at its end when absent. */
  index?: number;
}

export function insertStep(place: Place, step: Record<string, unknown>): Edit {
  return (doc) => {
    const list = listAt(doc, place.section);
    const node = doc.createNode(step);
    const at = Math.min(place.index ?? list.items.length, list.items.length);
    list.items.splice(at, 0, node);
  };
}

/** A new step behind this one. */
export function insertAfter(step: Step, value: Record<string, unknown>): Edit {
  return insertStep(
    { section: step.section, index: step.index + 1 },
    ordered({ ...value, depends_on: step.id }),
  );
}

/** A new step before this one, which takes over what it waited for. */
export function insertBefore(step: Step, value: Record<string, unknown>): Edit {
  return (doc) => {
    setNeeds(stepAt(doc, step), doc, [String(value.name)]);
    const needs = step.needs.length === 1 ? step.needs[0] : [...step.needs];
    const wanted = step.needs.length === 0 ? value : { ...value, depends_on: needs };
    insertStep({ section: step.section, index: step.index }, ordered(wanted))(doc);
  };
}

/** A new step between two. */
export function insertBetween(from: Step, to: Step, value: Record<string, unknown>): Edit {
  return (doc) => {
    const name = String(value.name);
    const rest = to.needs.filter((need) => need !== from.id);
    setNeeds(stepAt(doc, to), doc, [...rest, name]);
    insertStep({ section: to.section, index: to.index }, ordered({ ...value, depends_on: from.id }))(doc);
  };
}

/** Takes a step out; what waited for it waits for what that one waited for. */
export function removeStep(graph: Graph, step: Step): Edit {
  return (doc) => {
    for (const other of graph.steps) {
      if (other.section !== step.section || !other.needs.includes(step.id)) continue;
      const needs = other.needs.flatMap((need) => (need === step.id ? step.needs : [need]));
      setNeeds(stepAt(doc, other), doc, [...new Set(needs)]);
    }
    const list = listAt(doc, step.section);
    list.items.splice(step.index, 1);
    if (list.items.length === 0 && step.section !== 'steps') doc.delete(step.section);
  };
}

export function connect(from: Step, to: Step): Edit {
  return (doc) => setNeeds(stepAt(doc, to), doc, [...to.needs, from.id]);
}

export function disconnect(from: Step, to: Step): Edit {
  return (doc) =>
    setNeeds(
      stepAt(doc, to),
      doc,
      to.needs.filter((need) => need !== from.id),
    );
}

/** Up (-1) or down (1) in the document, which is the order of what has no other. */
export function moveStep(step: Step, by: -1 | 1): Edit {
  return (doc) => {
    const { items } = listAt(doc, step.section);
    const to = step.index + by;
    if (to < 0 || to >= items.length) return;
    const [node] = items.splice(step.index, 1);
    items.splice(to, 0, node);
  };
}

export function moveToSection(step: Step, section: Section): Edit {
  return (doc) => {
    const [node] = listAt(doc, step.section).items.splice(step.index, 1);
    if (isMap(node)) node.delete('depends_on');
    listAt(doc, section).items.push(node);
    if (listAt(doc, step.section).items.length === 0 && step.section !== 'steps') doc.delete(step.section);
  };
}

/** A new name, also where others wait for it and in expressions. */
export function renameStep(graph: Graph, step: Step, name: string): Edit {
  return (doc) => {
    stepAt(doc, step).set('name', name);
    for (const other of graph.steps)
      if (other.needs.includes(step.id))
        setNeeds(
          stepAt(doc, other),
          doc,
          other.needs.map((need) => (need === step.id ? name : need)),
        );
    visit(doc, {
      Scalar(key, node) {
        if (key === 'key' || typeof node.value !== 'string' || !node.value.includes('steps')) return;
        node.value = renamedIn(node.value, step.id, name);
      },
    });
  };
}

/** How an expression names a step: a `-` would be a minus. */
export function referenceTo(id: string): string {
  return /^[A-Za-z_]\w*$/.test(id) ? `steps.${id}` : `steps["${id}"]`;
}

function renamedIn(text: string, from: string, to: string): string {
  const reference = referenceTo(to);
  return text.replace(
    /\bsteps\s*(?:\.\s*([A-Za-z_]\w*)|\[\s*(?:"([^"]+)"|'([^']+)')\s*\])/g,
    (all, dotted?: string, double?: string, single?: string) =>
      (dotted ?? double ?? single) === from ? reference : all,
  );
}

/** Sets a field of a step, or takes it away (`undefined`). `path` is `['params', 'url']`. */
export function setField(step: Step, path: readonly (string | number)[], value: unknown): Edit {
  return (doc) => setWithin(doc, stepAt(doc, step), path, value);
}

/** The same for the workflow itself. */
export function setTop(path: readonly (string | number)[], value: unknown): Edit {
  return (doc) => {
    if (isMap(doc.contents)) setWithin(doc, doc.contents as YAMLMap, path, value);
  };
}

/** Another action in the place of the one that it has; parameters of the former one mean nothing to the new one. */
export function setAction(step: Step, value: Record<string, unknown>): Edit {
  return (doc) => {
    const node = stepAt(doc, step);
    for (const key of ['task', 'operation', 'workflow', 'params', 'sample']) node.delete(key);
    for (const [key, one] of Object.entries(value)) node.set(key, doc.createNode(one));
  };
}

export function duplicateStep(step: Step, name: string): Edit {
  return (doc) => {
    const copy = stepAt(doc, step).clone() as YAMLMap;
    copy.set('name', name);
    listAt(doc, step.section).items.splice(step.index + 1, 0, copy);
  };
}

/** `scan`, `scan-2`, … */
export function freeName(graph: Graph, wanted: string): string {
  const base =
    wanted
      .replace(/[^A-Za-z0-9_-]+/g, '-')
      .replace(/^[^A-Za-z_]+/, '')
      .slice(0, 56) || 'step';
  let name = base;
  for (let copy = 2; graph.byId.has(name); copy++) name = `${base}-${copy}`;
  return name;
}

const FIRST = ['name', 'task', 'operation', 'workflow', 'depends_on'];

/** Name and action stand first, as people write it. */
function ordered(value: Record<string, unknown>): Record<string, unknown> {
  const keys = [
    ...FIRST.filter((key) => key in value),
    ...Object.keys(value).filter((key) => !FIRST.includes(key)),
  ];
  return Object.fromEntries(keys.map((key) => [key, value[key]]));
}

function setWithin(doc: Document, map: YAMLMap, path: readonly (string | number)[], value: unknown): void {
  if (value !== undefined) {
    const before = map.getIn(path, true);
    // A text keeps the way in which it was written.
    if (isScalar(before) && typeof value === 'string' && typeof before.value === 'string')
      before.value = value;
    else setDeep(doc, map, path, value);
    return;
  }
  map.deleteIn(path);
  for (let depth = path.length - 1; depth > 0; depth--) {
    const parent = map.getIn(path.slice(0, depth), true);
    if ((!isMap(parent) && !isSeq(parent)) || parent.items.length > 0) break;
    map.deleteIn(path.slice(0, depth));
  }
}

/** `setIn` fails where a parent is a plain value (`retry: 3`) or nothing (`params:`). */
function setDeep(doc: Document, map: YAMLMap, path: readonly (string | number)[], value: unknown): void {
  const [key, ...rest] = path;
  if (key === undefined) return;
  if (rest.length === 0) {
    map.set(key, doc.createNode(value));
    return;
  }
  const inner = map.get(key, true);
  if (isMap(inner)) setDeep(doc, inner as YAMLMap, rest, value);
  else if (isSeq(inner)) inner.setIn(rest, doc.createNode(value));
  else {
    const made = new YAMLMap();
    map.set(key, made);
    setDeep(doc, made, rest, value);
  }
}

function listAt(doc: Document, section: Section): YAMLSeq {
  const list = doc.get(section, true);
  if (isSeq(list)) {
    // `steps: []` would otherwise go on in one line.
    if (list.items.length === 0) list.flow = false;
    return list as YAMLSeq;
  }
  const made = new YAMLSeq();
  doc.set(section, made);
  return made;
}

function stepAt(doc: Document, step: Pick<Step, 'section' | 'index'>): YAMLMap {
  const node = listAt(doc, step.section).items[step.index];
  if (isMap(node)) return node as YAMLMap;
  const made = new YAMLMap();
  listAt(doc, step.section).items[step.index] = made;
  return made;
}

function setNeeds(node: YAMLMap, doc: Document, needs: readonly string[]): void {
  const before = textsOf(
    isSeq(node.get('depends_on', true)) ? node.toJSON().depends_on : node.get('depends_on'),
  );
  if (before.length === needs.length && before.every((name, at) => name === needs[at])) return;
  if (needs.length === 0) node.delete('depends_on');
  else node.set('depends_on', needs.length === 1 ? needs[0] : doc.createNode(needs, { flow: true }));
}
