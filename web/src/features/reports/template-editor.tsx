import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { lintGutter, setDiagnostics } from '@codemirror/lint';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import { nonceOfPage } from '../../theme/page-theme.ts';
import { typeOver } from '../../ui/type-over.ts';
import '../workflows/designer/yaml-editor.css';

export interface TemplateEditorHandle {
  goTo(line: number): void;
}

interface TemplateEditorProps {
  label: string;
  source: string;
  problem: { line: number; message: string } | null;
  onType: (source: string) => void;
  handle: Ref<TemplateEditorHandle>;
}

/** Markdown with Liquid, with its lines numbered and a mark where it cannot be read. */
export function TemplateEditor(props: TemplateEditorProps) {
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    if (!box.current) return;
    const nonce = nonceOfPage();
    const made = new EditorView({
      parent: box.current,
      doc: latest.current.source,
      extensions: [
        ...(nonce === undefined ? [] : [EditorView.cspNonce.of(nonce)]),
        lineNumbers(),
        lintGutter(),
        history(),
        drawSelection(),
        typeOver(),
        highlightActiveLine(),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': latest.current.label, spellcheck: 'false' }),
        // Tab moves the focus on: nobody who has only a keyboard is caught in here.
        keymap.of([...historyKeymap, ...defaultKeymap]),
        EditorView.theme({
          '.cm-content': { caretColor: 'var(--text)' },
          '.cm-cursor': { borderLeftColor: 'var(--text)' },
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) latest.current.onType(update.state.doc.toString());
        }),
      ],
    });
    view.current = made;
    return () => {
      view.current = null;
      made.destroy();
    };
  }, []);
  const { problem } = props;
  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const at = problem && editor.state.doc.line(Math.min(Math.max(1, problem.line), editor.state.doc.lines));
    editor.dispatch(
      setDiagnostics(
        editor.state,
        at && problem ? [{ from: at.from, to: at.to, severity: 'error', message: problem.message }] : [],
      ),
    );
  }, [problem]);
  useImperativeHandle(props.handle, () => ({
    goTo(line) {
      const editor = view.current;
      if (!editor) return;
      const { from } = editor.state.doc.line(Math.min(Math.max(1, line), editor.state.doc.lines));
      editor.dispatch({
        selection: { anchor: from },
        effects: EditorView.scrollIntoView(from, { y: 'center' }),
      });
      editor.focus();
    },
  }));
  return <div ref={box} className="yaml-editor template-editor" translate="no" />;
}

/** As the errors of Liquid name it: `…, line:3, col:5`. */
export function lineOf(message: string): number | null {
  const line = /\bline:(\d+)/.exec(message)?.[1];
  return line === undefined ? null : Number(line);
}
