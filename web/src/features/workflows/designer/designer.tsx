import { useQuery, useQueryClient } from '@tanstack/react-query';
import {
  type KeyboardEvent,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { Page } from '../../../ui/page.tsx';
import { toast } from '../../../ui/toast.tsx';
import { SchedulesInDocument } from '../../schedules/in-document.tsx';
import { createDraft } from '../document/draft.ts';
import { removeStep } from '../document/edit.ts';
import type { Step } from '../document/graph.ts';
import { workflowRunQuery } from '../queries.ts';
import { RunDialog } from '../run-dialog.tsx';
import type { Workflow } from '../types.ts';
import { useLiveWorkflowRun } from '../use-live-workflow-run.ts';
import { WorkflowStatusMark } from '../workflow-status.tsx';
import { ConnectDialog } from './connect-dialog.tsx';
import { DesignerContext, type Designer as DesignerValue, type Target } from './designer-context.ts';
import { keepDraft, readKept } from './kept-draft.ts';
import { editFor } from './new-step.ts';
import { type Choice, Palette } from './palette.tsx';
import { PublishDialog } from './publish-dialog.tsx';
import { documentFor } from './test-document.ts';
import { Toolbar } from './toolbar.tsx';
import { useProblems } from './use-problems.ts';
import { type Parts, Workbench } from './workbench.tsx';
import type { YamlEditorHandle } from './yaml-editor.tsx';
import './designer.css';

interface DesignerProps {
  /** What is edited; undefined: a new one. */
  stored: Workflow | undefined;
  /** What a new one starts from. */
  source: string;
}

/** Graph, outline, form and text of one workflow: all are views of the same document. */
export function Designer(props: DesignerProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [stored, setStored] = useState(props.stored);
  const [kept] = useState(() => readKept(props.stored?.name ?? ''));
  const [draft] = useState(() => createDraft(kept ?? props.source));
  const state = useSyncExternalStore(draft.watch, draft.state);
  const problems = useProblems(state);
  const [parts, setParts] = useState<Parts>({ main: 'graph', side: 'step', shown: 'main' });
  const [selected, setSelected] = useState<string | null>(null);
  const [target, setTarget] = useState<Target | null>(null);
  const [connecting, setConnecting] = useState<Step | null>(null);
  const [testing, setTesting] = useState<{ source: string; samples: boolean } | null>(null);
  const [publishing, setPublishing] = useState(false);
  const [testRun, setTestRun] = useState<string | null>(null);
  const [said, setSaid] = useState('');
  const editor = useRef<YamlEditorHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const test = useTestRun(testRun);
  usePhoneOutline(setParts);

  const saved = stored?.source ?? (props.stored ? '' : null);
  const changed = saved === null || state.source !== saved;
  const name = state.graph.name || stored?.name || t('designer.unnamed');
  useEffect(() => {
    keepDraft(stored?.name ?? '', changed && state.source !== props.source ? state.source : null);
  }, [state.source, stored, changed, props.source]);

  const statusOf = useCallback((id: string) => test?.steps.find((step) => step.name === id)?.status, [test]);
  const designer = useMemo<DesignerValue>(() => {
    const focus = (id: string) => focusStep(box, id);
    return {
      draft,
      state,
      selected,
      select: setSelected,
      open(id) {
        setSelected(id);
        setParts((known) => ({ ...known, side: 'step', shown: 'side' }));
        whenDrawn(() =>
          box.current?.querySelector<HTMLElement>('.wf-inspector input, .wf-inspector textarea'),
        );
      },
      focus,
      add: setTarget,
      connectFrom: setConnecting,
      remove(step) {
        const order = state.graph.steps;
        const at = order.indexOf(step);
        const next = order[at + 1] ?? order[at - 1];
        draft.edit(removeStep(state.graph, step));
        setSelected(null);
        setParts((known) => ({ ...known, shown: 'main' }));
        setSaid(t('designer.removed', { name: step.name }));
        if (next) focus(next.id);
      },
      test(step) {
        setTesting({ source: documentFor(state.parsed.value ?? {}, state.graph, step), samples: true });
      },
      problemsOf: (step) => problems.ofStep.get(step.id) ?? [],
      statusOf,
      stateOf: (id) => test?.steps.find((step) => step.name === id),
      testRun,
      say: setSaid,
    };
  }, [draft, state, selected, problems, statusOf, test, testRun, t]);

  const insert = (choice: Choice) => {
    if (!target) return;
    const made = editFor(state.graph, target, choice);
    setTarget(null);
    if (!made || !draft.edit(made.edit)) return;
    setSelected(made.id);
    setParts((known) => ({ ...known, side: 'step' }));
    setSaid(t('designer.added', { name: made.id }));
    designer.focus(made.id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || !(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase();
    if (key !== 'z' && key !== 'y') return;
    event.preventDefault();
    if (key === 'y' || event.shiftKey) draft.redo();
    else draft.undo();
  };
  const published = (workflow: Workflow & { change: string }) => {
    keepDraft(stored?.name ?? '', null);
    void client.invalidateQueries({ queryKey: ['workflows'] });
    toast(t('designer.publishedToast', { name: workflow.name, revision: workflow.revision }));
    void navigate(`/workflows/${encodeURIComponent(workflow.name)}`);
  };
  const takeTheirs = (workflow: Workflow) => {
    setStored(workflow);
    draft.replace(workflow.source);
    setPublishing(false);
  };

  return (
    <Page
      title={stored ? t('designer.title', { name }) : t('designer.newTitle')}
      heading={
        <>
          {stored ? <Link to={`/workflows/${encodeURIComponent(stored.name)}`}>{name}</Link> : name}
          <span className="visually-hidden"> {t('designer.word')}</span>
        </>
      }
      actions={
        <DesignerContext value={designer}>
          <Toolbar
            changed={changed}
            onTest={() => setTesting({ source: state.source, samples: false })}
            onPublish={() => setPublishing(true)}
          />
        </DesignerContext>
      }
    >
      <DesignerContext value={designer}>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: undo and redo work wherever the focus is inside */}
        <div ref={box} className="wf-designer" onKeyDown={onKeyDown}>
          <Notices
            kept={kept !== null && kept !== props.source}
            onDiscard={() => draft.replace(stored?.source ?? props.source)}
            changed={changed}
          />
          <SchedulesInDocument source={state.source} />
          {test ? (
            <div className="wf-test" role="status">
              <WorkflowStatusMark status={test.status} />
              <span className="grow">{t('designer.testRunOf')}</span>
              <Link to={`/workflow-runs/${test.id}`}>{t('designer.openRun')}</Link>
              <button type="button" className="suggestion" onClick={() => setTestRun(null)}>
                {t('designer.hideRun')}
              </button>
            </div>
          ) : null}
          <Workbench
            designer={designer}
            problems={problems}
            parts={parts}
            onParts={(next) => setParts((known) => ({ ...known, ...next }))}
            editor={editor}
            fixedName={stored !== undefined}
          />
          <p className="visually-hidden" role="status">
            {said}
          </p>
        </div>
        {target ? (
          <Palette
            title={target.kind === 'action' ? t('designer.paletteAction') : t('designer.paletteTitle')}
            actionsOnly={target.kind === 'action'}
            own={state.graph.name}
            onPick={insert}
            onClose={() => setTarget(null)}
          />
        ) : null}
        {connecting ? <ConnectDialog step={connecting} onClose={() => setConnecting(null)} /> : null}
        {testing ? (
          <RunDialog
            title={t('designer.testTitle')}
            workflow={testing.source}
            source={testing.source}
            samples={testing.samples}
            onStarted={(run) => {
              setTestRun(run);
              setTesting(null);
            }}
            onClose={() => setTesting(null)}
          />
        ) : null}
        {publishing ? (
          <PublishDialog
            stored={stored}
            name={stored?.name ?? name}
            source={state.source}
            errors={problems.errors.length}
            onSaved={published}
            onTheirs={takeTheirs}
            onClose={() => setPublishing(false)}
          />
        ) : null}
      </DesignerContext>
    </Page>
  );
}

function Notices({ kept, changed, onDiscard }: { kept: boolean; changed: boolean; onDiscard: () => void }) {
  const { t } = useTranslation();
  const [closed, setClosed] = useState(false);
  if (!kept || !changed || closed) return null;
  return (
    <div className="wf-test" role="status">
      <span className="grow">{t('designer.keptDraft')}</span>
      <button type="button" className="suggestion" onClick={() => setClosed(true)}>
        {t('designer.keepIt')}
      </button>
      <button type="button" className="suggestion" onClick={onDiscard}>
        {t('designer.discard')}
      </button>
    </div>
  );
}

function useTestRun(run: string | null) {
  useLiveWorkflowRun(run);
  const query = useQuery({ ...workflowRunQuery(run ?? ''), enabled: run !== null });
  return run === null ? undefined : query.data;
}

/** On a phone the outline is the editor; the picture is one tab away. */
function usePhoneOutline(setParts: (change: (known: Parts) => Parts) => void): void {
  useEffect(() => {
    if (window.matchMedia('(max-width: 839.98px)').matches)
      setParts((known) => ({ ...known, main: 'outline' }));
  }, [setParts]);
}

/** A new step is drawn a little later: its place comes from a worker. */
function focusStep(box: { current: HTMLElement | null }, id: string): void {
  const name = CSS.escape(id);
  whenDrawn(() =>
    box.current?.querySelector<HTMLElement>(`[data-focus="${CSS.escape(`n:${id}`)}"], [data-step="${name}"]`),
  );
}

function whenDrawn(find: () => HTMLElement | null | undefined, tries = 120): void {
  requestAnimationFrame(() => {
    const element = find();
    // A dialog that is closing takes the focus back to where it came from: that goes first.
    if (element && !document.querySelector('.MuiDialog-root')) element.focus();
    else if (tries > 0) whenDrawn(find, tries - 1);
  });
}
