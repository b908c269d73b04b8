import { defaultKeymap } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import {
  bracketMatching,
  foldGutter,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from '@codemirror/language';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { Annotation, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import { nonceOfPage } from '../../../theme/page-theme.ts';
import { typeOver } from '../../../ui/type-over.ts';
import './yaml-editor.css';

export interface EditorProblem {
  line: number;
  column: number | null;
  message: string;
  severity: 'error' | 'warning';
}

export interface YamlEditorHandle {
  goTo(line: number): void;
}

interface YamlEditorProps {
  label: string;
  source: string;
  problems?: readonly EditorProblem[];
  readOnly?: boolean;
  onType?: (source: string) => void;
  /** The line on which the cursor is, after it was moved in the text. */
  onCursor?: (line: number) => void;
  onUndo?: () => void;
  onRedo?: () => void;
  handle?: Ref<YamlEditorHandle>;
}

/** What comes from the document is not what somebody types. */
const fromDocument = Annotation.define<boolean>();

const words = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--accent)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--text)' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: 'var(--info)' },
  { tag: [tags.comment, tags.lineComment], color: 'var(--text3)', fontStyle: 'italic' },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: 'var(--text2)' },
  { tag: [tags.keyword, tags.meta, tags.labelName, tags.typeName], color: 'var(--waiting)' },
]);

/** Sizes and colours stand in yaml-editor.css; these would win over it. */
const look = EditorView.theme({
  '.cm-content': { caretColor: 'var(--text)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
});

/** What every text of this kind needs, editable or not. The policy of the page wants a nonce for its styles. */
export function yamlBasics(): Extension[] {
  const nonce = nonceOfPage();
  return [
    ...(nonce === undefined ? [] : [EditorView.cspNonce.of(nonce)]),
    look,
    yaml(),
    syntaxHighlighting(words),
    lineNumbers(),
    indentUnit.of('  '),
    EditorView.lineWrapping,
  ];
}

export function YamlEditor(props: YamlEditorProps) {
  const { label, source, problems, readOnly = false } = props;
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(props);
  latest.current = props;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the editor is made once and then told what is new
  useEffect(() => {
    if (!box.current) return;
    const made = new EditorView({
      parent: box.current,
      doc: source,
      extensions: [
        yamlBasics(),
        EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', tabindex: '0' }),
        readOnly ? EditorView.editable.of(false) : editing(latest),
      ],
    });
    view.current = made;
    return () => {
      view.current = null;
      made.destroy();
    };
  }, []);

  useEffect(() => {
    const editor = view.current;
    const text = editor?.state.doc.toString();
    if (!editor || text === undefined || text === source) return;
    editor.dispatch({ changes: smallest(text, source), annotations: fromDocument.of(true) });
  }, [source]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another text moves the marks
  useEffect(() => {
    const editor = view.current;
    if (editor && problems) editor.dispatch(setDiagnostics(editor.state, diagnostics(editor, problems)));
  }, [problems, source]);

  useImperativeHandle(props.handle, () => ({
    goTo(line) {
      const editor = view.current;
      if (!editor) return;
      const { from } = editor.state.doc.line(Math.min(Math.max(1, line), editor.state.doc.lines));
      editor.dispatch({
        selection: { anchor: from },
        effects: EditorView.scrollIntoView(from, { y: 'center' }),
        annotations: fromDocument.of(true),
      });
    },
  }));
  return <div ref={box} className="yaml-editor" translate="no" />;
}

function editing(latest: { current: YamlEditorProps }): Extension[] {
  const run = (name: 'onUndo' | 'onRedo') => () => {
    latest.current[name]?.();
    return true;
  };
  return [
    lintGutter(),
    foldGutter(),
    drawSelection(),
    typeOver(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    indentOnInput(),
    bracketMatching(),
    // Tab moves the focus on: nobody who has only a keyboard is caught in here.
    keymap.of([
      { key: 'Mod-z', run: run('onUndo'), preventDefault: true },
      { key: 'Mod-y', run: run('onRedo'), preventDefault: true },
      { key: 'Mod-Shift-z', run: run('onRedo'), preventDefault: true },
      ...defaultKeymap,
    ]),
    EditorView.updateListener.of((update) => {
      if (update.transactions.some((one) => one.annotation(fromDocument))) return;
      const { state } = update;
      if (update.docChanged) latest.current.onType?.(state.doc.toString());
      if (update.selectionSet || update.docChanged)
        latest.current.onCursor?.(state.doc.lineAt(state.selection.main.head).number);
    }),
  ];
}

/** Replaces only what differs, so that cursor and folds elsewhere stay. */
function smallest(before: string, after: string): { from: number; to: number; insert: string } {
  let from = 0;
  while (from < before.length && from < after.length && before[from] === after[from]) from++;
  let end = 0;
  const most = Math.min(before.length, after.length) - from;
  while (end < most && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  return { from, to: before.length - end, insert: after.slice(from, after.length - end) };
}

function diagnostics(view: EditorView, problems: readonly EditorProblem[]): Diagnostic[] {
  const { doc } = view.state;
  return problems.map(({ line, column, message, severity }) => {
    const at = doc.line(Math.min(Math.max(1, line), doc.lines));
    const from = Math.min(at.from + (column === null ? indentOf(at.text) : column - 1), at.to);
    return { from, to: Math.max(from, at.to), severity, message };
  });
}

function indentOf(text: string): number {
  return text.length - text.trimStart().length;
}
