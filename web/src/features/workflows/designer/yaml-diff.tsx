import { unifiedMergeView } from '@codemirror/merge';
import { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { yamlBasics } from './yaml-editor.tsx';

/** What changed between two texts, one below the other; stretches that are the same are folded. */
export function YamlDiff({ label, before, after }: { label: string; before: string; after: string }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!box.current) return;
    const view = new EditorView({
      parent: box.current,
      doc: after,
      extensions: [
        yamlBasics(),
        unifiedMergeView({
          original: before,
          mergeControls: false,
          collapseUnchanged: { margin: 3, minSize: 6 },
        }),
        EditorView.editable.of(false),
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
      ],
    });
    return () => view.destroy();
  }, [before, after, label]);
  return <div ref={box} className="yaml-editor yaml-diff" translate="no" />;
}
