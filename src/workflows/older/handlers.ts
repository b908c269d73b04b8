import type { Path } from '../definition/problem.ts';
import { isRecord, short } from './conversion.ts';
import { type Flow, newStep, type OlderStep } from './older-step.ts';
import { fieldAt } from './read-value.ts';
import { unknownStep } from './references.ts';

/** What the older product did when something had ended, beside its steps. */
const HANDLERS = ['on_success', 'on_failure', 'post_execution', 'cleanup'] as const;
type Kind = (typeof HANDLERS)[number];

/** `action:` entries that need no step: what they did happens by itself. */
const NEEDLESS_ACTIONS: Record<string, string> = {
  log: 'A run keeps by itself how each of its steps ended.',
  remove_temp_files: 'The scratch folder of a task is removed by itself when it has ended.',
  cleanup_temp: 'The scratch folder of a task is removed by itself when it has ended.',
};

/** Reads the handlers of the workflow and of its steps, and gives each its place. */
export function addHandlers(flow: Flow, body: Record<string, unknown>, path: Path): void {
  // Those of the steps first: a handler that is taken from `steps` is no longer one of them.
  for (const step of [...flow.steps])
    for (const kind of ['on_success', 'on_failure'] as const)
      addAll(flow, { kind, owner: step, of: step.raw, path: step.path });
  const own = flow.steps.length;
  for (const kind of HANDLERS) addAll(flow, { kind, owner: null, of: body, path });
  for (const step of flow.steps.slice(own))
    for (const kind of ['on_success', 'on_failure'] as const)
      if (!flow.byName.has(step.name) && fieldAt(step.raw, kind, step.path))
        flow.conversion.problem(
          [...step.path, kind],
          'untranslatable',
          `A step that is itself run by ${String(step.path.at(-2))} has no '${kind}' of its own. Write it as steps with depends_on.`,
        );
}

interface From {
  kind: Kind;
  owner: OlderStep | null;
  of: Record<string, unknown>;
  path: Path;
}

function addAll(flow: Flow, { kind, owner, of, path }: From): void {
  const field = fieldAt(of, kind, path);
  if (!field) return;
  const entries: unknown[] = Array.isArray(field.value) ? field.value : [field.value];
  entries.forEach((entry, index) => {
    const at = Array.isArray(field.value) ? [...field.path, index] : field.path;
    const step = readEntry(flow, entry, at);
    if (step && step !== owner) place(flow, step, { kind, owner, path: at });
    else if (step)
      flow.conversion.problem(at, 'self-reference', `The step '${short(step.name)}' cannot follow itself.`);
  });
}

function readEntry(flow: Flow, entry: unknown, path: Path): OlderStep | null {
  if (typeof entry === 'string') return readName(flow, entry, path);
  if (!isRecord(entry)) {
    flow.conversion.problem(
      path,
      'wrong-value',
      'A step, the name of a step, or an action is expected here.',
    );
    return null;
  }
  if (!Object.hasOwn(entry, 'action')) {
    const name =
      typeof entry.name === 'string' ? entry.name : typeof entry.task === 'string' ? entry.task : 'step';
    return push(flow, newStep(flow, { name, raw: entry, path }));
  }
  const { action, ...params } = entry;
  if (typeof action !== 'string') {
    flow.conversion.problem([...path, 'action'], 'wrong-value', "'action' is a text.");
    return null;
  }
  const why = Object.hasOwn(NEEDLESS_ACTIONS, action) ? NEEDLESS_ACTIONS[action] : undefined;
  if (why !== undefined) {
    flow.conversion.note(path, { what: 'dropped', from: `action: ${action}`, to: null, message: why });
    return null;
  }
  flow.conversion.note(path, {
    what: 'assumed',
    from: `action: ${action}`,
    to: `task: ${action}`,
    message: 'There are no actions any more; it is read as a step with a task of that name.',
  });
  return push(flow, newStep(flow, { name: action, raw: { task: action, params }, path }));
}

function readName(flow: Flow, name: string, path: Path): OlderStep | null {
  const { conversion } = flow;
  const step = flow.byName.get(name);
  if (step && !step.handler) return step;
  if (step) {
    const copy = { ...newStep(flow, step), path: step.path };
    conversion.note(path, {
      what: 'assumed',
      from: name,
      to: null,
      message: `'${short(name)}' is named by several handlers: each has a copy of it.`,
    });
    return push(flow, copy);
  }
  if (conversion.known.task(name) || conversion.known.renamed(name) || conversion.known.retired(name))
    return push(flow, newStep(flow, { name, raw: { task: name }, path }));
  conversion.problem(
    path,
    'unknown-step',
    `${capital(unknownStep(name, { steps: namesOf(flow) }).message)}.`.replace('?.', '?'),
  );
  return null;
}

function push(flow: Flow, step: OlderStep): OlderStep {
  flow.steps.push(step);
  return step;
}

function place(
  flow: Flow,
  step: OlderStep,
  { kind, owner, path }: { kind: Kind; owner: OlderStep | null; path: Path },
): void {
  step.handler = true;
  if (owner) {
    placeAfter(flow, step, { owner, status: kind === 'on_success' ? 'done' : 'failed', path });
    return;
  }
  if (kind === 'on_success') {
    step.atEnd = true;
    noteTranslated(flow, {
      path,
      from: kind,
      to: 'steps',
      message: 'It runs after all others, when all went well.',
    });
  } else if (kind === 'on_failure') {
    step.section = 'on_failure';
    if (flow.tolerant)
      flow.conversion.note(path, {
        what: 'assumed',
        from: kind,
        to: kind,
        message:
          'With continue_on_error a failed step does not make the workflow fail: this runs only when a required one failed.',
      });
  } else {
    step.section = 'finally';
    noteTranslated(flow, {
      path,
      from: kind,
      to: 'finally',
      message: 'It runs once at the end, also after a failure or a cancel.',
    });
  }
}

function placeAfter(
  flow: Flow,
  step: OlderStep,
  { owner, status, path }: { owner: OlderStep; status: 'done' | 'failed'; path: Path },
): void {
  step.gates.push({ of: owner, status });
  const from = status === 'done' ? 'on_success' : 'on_failure';
  if (status === 'failed' && !owner.tolerant) {
    step.section = 'on_failure';
    noteTranslated(flow, {
      path,
      from,
      to: 'on_failure',
      message: `The workflow fails with '${short(owner.name)}': this is run among the on_failure steps of the workflow.`,
    });
    return;
  }
  step.section = owner.section;
  step.after.push(owner);
  noteTranslated(flow, {
    path,
    from,
    to: 'steps',
    message: `A step that needs '${short(owner.name)}', with a condition on how it ended.`,
  });
}

function noteTranslated(
  flow: Flow,
  { path, ...note }: { path: Path; from: string; to: string; message: string },
): void {
  flow.conversion.note(path, { what: 'translated', ...note });
}

export function namesOf(flow: Flow): Map<string, string> {
  return new Map([...flow.byName].map(([name, step]) => [name, step.newName]));
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
