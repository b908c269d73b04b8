import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { type KeyboardEvent, type RefObject, useCallback, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useMediaQuery } from '../../../ui/use-media-query.ts';
import { Canvas } from './canvas.tsx';
import type { Designer } from './designer-context.ts';
import { Inspector } from './inspector.tsx';
import { Outline } from './outline.tsx';
import { ProblemList } from './problem-list.tsx';
import { Settings } from './settings.tsx';
import type { Problems } from './use-problems.ts';
import { YamlEditor, type YamlEditorHandle } from './yaml-editor.tsx';

const MAIN = ['graph', 'outline'] as const;
const SIDE = ['step', 'yaml', 'problems'] as const;
export type MainPart = (typeof MAIN)[number];
export type SidePart = (typeof SIDE)[number];

export interface Parts {
  main: MainPart;
  side: SidePart;
  /** Where there is room for one of both only. */
  shown: 'main' | 'side';
}

interface WorkbenchProps {
  designer: Designer;
  problems: Problems;
  parts: Parts;
  onParts: (parts: Partial<Parts>) => void;
  editor: RefObject<YamlEditorHandle | null>;
  fixedName: boolean;
}

/** Graph and outline beside form, text and problems; on a phone one at a time. */
export function Workbench({ designer, problems, parts, onParts, editor, fixedName }: WorkbenchProps) {
  const { t } = useTranslation();
  const wide = useMediaQuery('(min-width: 840px)');
  const count = problems.errors.length + problems.warnings.length;
  const labelOf = (part: MainPart | SidePart) => {
    if (part === 'problems')
      return count > 0 ? t('designer.part.problemCount', { count }) : t('designer.part.problems');
    if (part === 'step')
      return designer.selected === null ? t('designer.part.settings') : t('designer.part.step');
    return t(`designer.part.${part}`);
  };
  const choose = (part: MainPart | SidePart) =>
    part === 'graph' || part === 'outline'
      ? onParts({ main: part, shown: 'main' })
      : onParts({ side: part, shown: 'side' });
  const tabs = (options: readonly (MainPart | SidePart)[], value: MainPart | SidePart, label: string) => (
    <Tabs
      value={value}
      onChange={(_event, next: MainPart | SidePart) => choose(next)}
      aria-label={label}
      variant="scrollable"
      scrollButtons={false}
    >
      {options.map((part) => (
        <Tab
          key={part}
          value={part}
          label={labelOf(part)}
          id={`part-${part}`}
          aria-controls={`panel-${part}`}
        />
      ))}
    </Tabs>
  );
  const main = <MainView part={parts.main} designer={designer} ofStep={problems.ofStep} />;
  const side = <SideView part={parts.side} {...{ designer, problems, onParts, editor, fixedName }} />;
  if (wide)
    return (
      <div className="wf-bench">
        <div className="wf-bench-main">
          {tabs(MAIN, parts.main, t('designer.views'))}
          {main}
        </div>
        <div className="wf-bench-side">
          {tabs(SIDE, parts.side, t('designer.panels'))}
          {side}
        </div>
      </div>
    );
  return (
    <div className="wf-bench wf-bench-narrow">
      {tabs(
        ['outline', 'graph', ...SIDE],
        parts.shown === 'main' ? parts.main : parts.side,
        t('designer.views'),
      )}
      {parts.shown === 'main' ? main : side}
    </div>
  );
}

interface MainViewProps {
  part: MainPart;
  designer: Designer;
  ofStep: Problems['ofStep'];
}

function MainView({ part, designer, ofStep }: MainViewProps) {
  const { t } = useTranslation();
  const { statusOf } = designer;
  const problemsOf = useCallback((id: string) => ofStep.get(id)?.length ?? 0, [ofStep]);
  const { graph, broken } = designer.state;
  return (
    <div role="tabpanel" id={`panel-${part}`} aria-labelledby={`part-${part}`} className="wf-panel">
      {broken ? (
        <p className="wf-broken" role="status">
          {t('designer.broken')}
        </p>
      ) : null}
      {graph.steps.length === 0 ? (
        <div className="wf-start">
          <p className="empty-title">{t('designer.empty')}</p>
          <button
            type="button"
            className="suggestion"
            onClick={() => designer.add({ kind: 'end', section: 'steps' })}
          >
            {t('designer.addFirst')}
          </button>
        </div>
      ) : null}
      {graph.steps.length > 0 && part === 'graph' ? (
        <Canvas
          graph={graph}
          label={t('designer.canvas')}
          selected={designer.selected}
          onSelect={designer.select}
          statusOf={statusOf}
          problemsOf={problemsOf}
          designer={designer}
        />
      ) : null}
      {graph.steps.length > 0 && part === 'outline' ? <Outline /> : null}
    </div>
  );
}

interface SideViewProps
  extends Pick<WorkbenchProps, 'designer' | 'problems' | 'onParts' | 'editor' | 'fixedName'> {
  part: SidePart;
}

function SideView({ part, designer, problems, onParts, editor, fixedName }: SideViewProps) {
  const { t } = useTranslation();
  const panel = useRef<HTMLDivElement>(null);
  const ofCursor = useRef<string | null>(null);
  const { draft, state, selected } = designer;
  const step = selected === null ? undefined : state.graph.byId.get(selected);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented || selected === null) return;
    onParts({ shown: 'main' });
    designer.focus(selected);
  };
  /** The form follows the cursor, so that changing sides keeps the place. */
  const follow = (line: number) => {
    const { graph, parsed, broken } = draft.state();
    if (broken) return;
    const at = graph.steps.findLast((one) => parsed.lineOf([one.section, one.index]) <= line);
    const first = graph.steps[0];
    const above = first !== undefined && line < parsed.lineOf([first.section]);
    ofCursor.current = above ? null : (at?.id ?? null);
    designer.select(ofCursor.current);
  };
  // And the text goes to the step that is chosen elsewhere. The cursor itself must not be moved by what it chose.
  useEffect(() => {
    if (part !== 'yaml' || selected === null || selected === ofCursor.current) return;
    ofCursor.current = selected;
    const { graph, parsed, broken } = draft.state();
    const chosen = graph.byId.get(selected);
    if (!chosen || broken) return;
    const line = parsed.lineOf([chosen.section, chosen.index]);
    requestAnimationFrame(() => editor.current?.goTo(line));
  }, [part, selected, draft, editor]);
  useEffect(() => {
    if (part !== 'yaml') ofCursor.current = null;
  }, [part]);
  return (
    <div
      ref={panel}
      role="tabpanel"
      id={`panel-${part}`}
      aria-labelledby={`part-${part}`}
      className="wf-panel"
      onKeyDown={onKeyDown}
    >
      {part === 'step' ? (
        <div className="wf-scroll">
          {step ? <Inspector key={step.id} step={step} /> : <Settings fixedName={fixedName} />}
        </div>
      ) : null}
      {part === 'yaml' ? (
        <YamlEditor
          label={t('designer.yaml')}
          source={state.source}
          problems={problems.lines}
          onType={draft.type}
          onCursor={follow}
          onUndo={draft.undo}
          onRedo={draft.redo}
          handle={editor}
        />
      ) : null}
      {part === 'problems' ? (
        <div className="wf-scroll">
          <ProblemList
            problems={problems}
            onGo={({ line }) => {
              onParts({ side: 'yaml', shown: 'side' });
              // The text is drawn first.
              requestAnimationFrame(() => requestAnimationFrame(() => editor.current?.goTo(line ?? 1)));
            }}
          />
        </div>
      ) : null}
    </div>
  );
}
