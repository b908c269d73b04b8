import { useTranslation } from 'react-i18next';
import { disconnect, duplicateStep, freeName, moveStep, moveToSection } from '../document/edit.ts';
import type { Edge, Step } from '../document/graph.ts';
import type { Section } from '../types.ts';
import type { Designer } from './designer-context.ts';

/** One thing that can be done: a menu item, a key, a button. */
export interface Command {
  id: string;
  label: string;
  /** As `event.key` has it, with `Alt+` where it is held. */
  key?: string;
  disabled?: boolean;
  danger?: boolean;
  run(): void;
}

/** The same commands stand in the menu of a step on the canvas and in the outline, and behind the keys of both. */
export function useStepCommands(designer: Designer): (step: Step) => Command[] {
  const { t } = useTranslation();
  const { draft, state } = designer;
  return (step) => {
    const { graph, broken } = state;
    const others = graph.steps.filter(({ section }) => section === step.section);
    const name = step.name;
    const move = (by: -1 | 1) => () => {
      draft.edit(moveStep(step, by));
      designer.focus(step.id);
    };
    const commands: (Command | null)[] = [
      { id: 'open', label: t('designer.open'), key: 'Enter', run: () => designer.open(step.id) },
      {
        id: 'after',
        label: t('designer.addAfter'),
        key: 'a',
        run: () => designer.add({ kind: 'after', step }),
      },
      {
        id: 'before',
        label: t('designer.addBefore'),
        key: 'b',
        run: () => designer.add({ kind: 'before', step }),
      },
      {
        id: 'connect',
        label: t('designer.connect'),
        key: 'c',
        disabled: others.length < 2,
        run: () => designer.connectFrom(step),
      },
      { id: 'up', label: t('designer.up'), key: 'Alt+ArrowUp', disabled: step.index === 0, run: move(-1) },
      {
        id: 'down',
        label: t('designer.down'),
        key: 'Alt+ArrowDown',
        disabled: step.index === others.length - 1,
        run: move(1),
      },
      ...sectionsFor(step).map((section) => ({
        id: `to-${section}`,
        label: t('designer.moveTo', { section: t(`designer.section.${section}`) }),
        disabled: step.section === 'steps' && others.length === 1,
        run: () => {
          draft.edit(moveToSection(step, section));
          designer.focus(step.id);
        },
      })),
      {
        id: 'duplicate',
        label: t('designer.duplicate'),
        key: 'd',
        run: () => {
          const copy = freeName(graph, name);
          draft.edit(duplicateStep(step, copy));
          designer.focus(copy);
        },
      },
      step.action === 'wait' || step.action === 'approval'
        ? null
        : { id: 'test', label: t('designer.test'), key: 't', run: () => designer.test(step) },
      {
        id: 'remove',
        label: t('designer.remove'),
        key: 'Delete',
        danger: true,
        run: () => designer.remove(step),
      },
    ];
    return commands
      .filter((command) => command !== null)
      .map((command) => (broken && command.id !== 'open' ? { ...command, disabled: true } : command));
  };
}

function sectionsFor(step: Step): Section[] {
  return (['steps', 'on_failure', 'finally'] as const).filter((section) => section !== step.section);
}

/** What can be done with the connection between two steps. */
export function useEdgeCommands(designer: Designer): (edge: Edge) => Command[] {
  const { t } = useTranslation();
  return (edge) => {
    const { graph, broken } = designer.state;
    const [from, to] = [graph.byId.get(edge.from), graph.byId.get(edge.to)];
    return [
      {
        id: 'insert',
        label: t('designer.insert'),
        key: 'Enter',
        disabled: broken,
        run: () => designer.add({ kind: 'between', edge }),
      },
      {
        id: 'disconnect',
        label: edge.kind === 'reads' ? t('designer.disconnectReads') : t('designer.disconnect'),
        key: 'Delete',
        danger: true,
        disabled: broken || edge.kind === 'reads',
        run: () => {
          if (!from || !to) return;
          designer.draft.edit(disconnect(from, to));
          designer.say(t('designer.disconnected', { from: from.name, to: to.name }));
          designer.focus(from.id);
        },
      },
    ];
  };
}

/** The command of a key press, if it may be run. */
export function commandFor(
  commands: readonly Command[],
  event: { key: string; altKey: boolean; ctrlKey: boolean; metaKey: boolean },
): Command | undefined {
  if (event.ctrlKey || event.metaKey) return undefined;
  const key = event.key === 'Backspace' ? 'Delete' : event.key;
  const pressed = event.altKey ? `Alt+${key}` : key;
  return commands.find((command) => command.key === pressed && !command.disabled);
}
