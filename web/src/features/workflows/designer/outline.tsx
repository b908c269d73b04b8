import { CircleAlert, EllipsisVertical, Plus } from 'lucide-react';
import { type KeyboardEvent, type MouseEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SECTIONS, type Step } from '../document/graph.ts';
import type { Section } from '../types.ts';
import { StatusIcon } from '../workflow-status.tsx';
import { ActionIcon } from './action-icon.tsx';
import { CommandMenu } from './command-menu.tsx';
import { type Command, commandFor, useStepCommands } from './commands.ts';
import { type Designer, useDesigner } from './designer-context.ts';
import { actionWords, stepWords } from './step-words.ts';
import './outline.css';

/** The same workflow as a tree: the editor on phones and for screen readers. One tab stop, arrows move. */
export function Outline() {
  const { t } = useTranslation();
  const designer = useDesigner();
  const { graph, broken } = designer.state;
  const [stop, setStop] = useState<string | null>(null);
  const [menu, setMenu] = useState<{ anchor: Element; label: string; commands: readonly Command[] } | null>(
    null,
  );
  const tree = useRef<HTMLDivElement>(null);
  const commands = useStepCommands(designer);
  const current = stop !== null && graph.byId.has(stop) ? stop : (graph.steps[0]?.id ?? null);

  const focusRow = (id: string | undefined) => {
    if (id !== undefined)
      tree.current?.querySelector<HTMLElement>(`[data-step="${CSS.escape(id)}"]`)?.focus();
  };
  const openMenu = (step: Step, anchor: Element) =>
    setMenu({ anchor, label: step.name, commands: commands(step) });

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const row = event.target as HTMLElement;
    const step = graph.byId.get(row.dataset.step ?? '');
    if (!step) return;
    const at = graph.steps.indexOf(step);
    const moves: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: graph.steps.length - 1,
    };
    const to = event.altKey ? undefined : moves[event.key];
    if (to !== undefined) {
      event.preventDefault();
      return focusRow(graph.steps[to]?.id);
    }
    if (event.key === 'm' || event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10')) {
      event.preventDefault();
      return openMenu(step, row);
    }
    const command = commandFor(commands(step), event.key === ' ' ? { ...plain(event), key: 'Enter' } : event);
    if (!command) return;
    event.preventDefault();
    command.run();
  };

  return (
    <div className="wf-outline">
      <div
        ref={tree}
        role="tree"
        aria-label={t('designer.outline')}
        className="wf-tree"
        onKeyDown={onKeyDown}
        onFocus={({ target }) => setStop((target as HTMLElement).dataset.step ?? null)}
      >
        {SECTIONS.filter((section) => graph.steps.some((step) => step.section === section)).map((section) => (
          // biome-ignore lint/a11y/useSemanticElements: a part of a tree, and no fieldset
          <div
            key={section}
            role="group"
            aria-label={t(`designer.section.${section}`)}
            className="wf-tree-section"
          >
            <span className="wf-tree-head" aria-hidden="true">
              {t(`designer.section.${section}`)}
            </span>
            {graph.steps
              .filter((step) => step.section === section)
              .map((step) => (
                <Row
                  key={step.id}
                  step={step}
                  designer={designer}
                  stop={step.id === current}
                  onMenu={(event) => openMenu(step, event.currentTarget)}
                />
              ))}
          </div>
        ))}
      </div>
      <AddButtons broken={broken} onAdd={(section) => designer.add({ kind: 'end', section })} />
      {menu ? <CommandMenu {...menu} onClose={() => setMenu(null)} /> : null}
    </div>
  );
}

function plain({ altKey, ctrlKey, metaKey }: KeyboardEvent) {
  return { altKey, ctrlKey, metaKey };
}

interface RowProps {
  step: Step;
  designer: Designer;
  stop: boolean;
  onMenu: (event: MouseEvent<HTMLElement>) => void;
}

function Row({ step, designer, stop, onMenu }: RowProps) {
  const { t } = useTranslation();
  const { graph } = designer.state;
  const problems = designer.problemsOf(step).length;
  const status = designer.statusOf(step.id);
  const needs = [...step.needs, ...step.reads];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree handles the keys of all rows
    <div
      role="treeitem"
      tabIndex={stop ? 0 : -1}
      data-step={step.id}
      aria-selected={designer.selected === step.id}
      className="wf-tree-row"
      onClick={() => designer.open(step.id)}
    >
      <span className="wf-node-icon">
        <ActionIcon action={step.action} />
      </span>
      <span className="wf-tree-main">
        <span className="wf-tree-name">{step.name}</span>
        <span className="wf-tree-text">
          {actionWords(t, step)}
          {needs.length > 0 ? ` · ${t('designer.afterNames', { names: needs.join(', ') })}` : ''}
        </span>
      </span>
      {problems > 0 ? (
        <span className="wf-node-mark wf-node-problem">
          <CircleAlert size={15} aria-hidden="true" />
          <span aria-hidden="true">{problems}</span>
        </span>
      ) : null}
      {status === undefined ? null : (
        <>
          <StatusIcon status={status} />
          <span className="visually-hidden">{t(`wfStatus.${status}`)}</span>
        </>
      )}
      <span className="visually-hidden">{stepWords(t, step, { edges: graph.edges, problems })}</span>
      {/* For the pointer; the keyboard has the same menu on the row itself. */}
      <span
        aria-hidden="true"
        className="wf-tree-menu"
        title={t('designer.menu')}
        onClick={(event) => {
          event.stopPropagation();
          onMenu(event);
        }}
      >
        <EllipsisVertical size={16} />
      </span>
    </div>
  );
}

function AddButtons({ broken, onAdd }: { broken: boolean; onAdd: (section: Section) => void }) {
  const { t } = useTranslation();
  return (
    <div className="wf-outline-add">
      {SECTIONS.map((section) => (
        <button
          key={section}
          type="button"
          className="suggestion"
          disabled={broken}
          onClick={() => onAdd(section)}
        >
          <Plus size={14} aria-hidden="true" />
          {t(`designer.addTo.${section}`)}
        </button>
      ))}
    </div>
  );
}
