import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

/**
 * Text that is typed over a selection is put in by the editor. Left to the browser, it gives the new text the colours of the old one in
 * a style attribute, which the policy of the page refuses.
 */
export function typeOver(): Extension {
  return EditorView.domEventHandlers({
    beforeinput(event, view) {
      const { inputType, data } = event;
      const { selection } = view.state;
      if (inputType !== 'insertText' || !data || view.composing || view.state.readOnly) return false;
      if (selection.ranges.every((range) => range.empty)) return false;
      event.preventDefault();
      view.dispatch(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true });
      return true;
    },
  });
}
