import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { SelectInput } from '../../../ui/select-input.tsx';
import { connect } from '../document/edit.ts';
import type { Step } from '../document/graph.ts';
import { mayConnect } from './canvas.tsx';
import { useDesigner } from './designer-context.ts';

/** The twin of drawing a line: which step is to wait for this one. */
export function ConnectDialog({ step, onClose }: { step: Step; onClose: () => void }) {
  const { t } = useTranslation();
  const { draft, state, focus, say } = useDesigner();
  const { graph } = state;
  const possible = graph.steps.filter(({ id }) => mayConnect(graph, step.id, id));
  const [to, setTo] = useState(possible[0]?.id ?? '');
  const submit = () => {
    const target = graph.byId.get(to);
    if (target) {
      draft.edit(connect(step, target));
      say(t('designer.connected', { from: step.name, to: target.name }));
    }
    onClose();
    focus(step.id);
  };
  return (
    <FormDialog
      title={t('designer.connectTitle', { name: step.name })}
      lead={possible.length === 0 ? t('designer.connectNone') : undefined}
      action={t('designer.connectDo')}
      pending={false}
      onSubmit={submit}
      onClose={onClose}
    >
      {possible.length > 0 ? (
        <SelectInput
          id="connect-to"
          label={t('designer.connectWhich', { name: step.name })}
          options={possible.map(({ id, name }) => ({ value: id, label: name }))}
          value={to}
          onChange={setTo}
        />
      ) : null}
    </FormDialog>
  );
}
