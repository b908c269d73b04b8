import ListSubheader from '@mui/material/ListSubheader';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { useQueries } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { taskQuery } from '../../tasks/queries.ts';
import { referenceTo } from '../document/edit.ts';
import { type Graph, objectOf, type Step } from '../document/graph.ts';
import { useDesigner } from './designer-context.ts';

interface Group {
  title: string;
  values: { text: string; note: string }[];
}

interface ValuePickerProps {
  step: Step;
  anchor: Element;
  onPick: (expression: string) => void;
  onClose: () => void;
}

/** What an expression of a step may name: inputs, the item of its list, and what other steps gave or will give. */
export function ValuePicker({ step, anchor, onPick, onClose }: ValuePickerProps) {
  const groups = useValues(step);
  return (
    <Menu
      open
      anchorEl={anchor}
      onClose={onClose}
      slotProps={{ list: { dense: true }, paper: { className: 'wf-values' } }}
    >
      {groups.flatMap(({ title, values }) => [
        <ListSubheader key={title} role="presentation">
          {title}
        </ListSubheader>,
        ...values.map(({ text, note }) => (
          <MenuItem
            key={text}
            onClick={() => {
              onPick(text);
              onClose();
            }}
          >
            <span className="mono grow" translate="no">
              {text}
            </span>
            <span className="faint small">{note}</span>
          </MenuItem>
        )),
      ])}
    </Menu>
  );
}

function useValues(step: Step): Group[] {
  const { t } = useTranslation();
  const { state, stateOf } = useDesigner();
  const { graph } = state;
  const others = upstream(graph, step);
  const tasks = useQueries({
    queries: others.map((other) => ({
      ...taskQuery(other.ref),
      enabled: other.action === 'task' && other.ref !== '',
    })),
  });
  const inputs = Object.entries(objectOf(state.parsed.value?.inputs)).map(([name, input]) => ({
    text: `inputs.${name}`,
    note: String(objectOf(input).type ?? 'string'),
  }));
  const groups: Group[] = [{ title: t('designer.values.inputs'), values: inputs }];
  if (step.forEach)
    groups.push({
      title: t('designer.values.item'),
      values: [
        { text: 'item', note: '' },
        { text: 'index', note: 'int' },
      ],
    });
  others.forEach((other, at) => {
    const known = outputNames(other, stateOf(other.id)?.output, tasks[at]?.data?.output ?? null);
    const base = referenceTo(other.id);
    groups.push({
      title: other.name,
      values: [
        { text: `${base}.output`, note: '' },
        ...known.map(({ name, note }) => ({ text: `${base}.output.${name}`, note })),
        ...(other.action === 'task' ? [{ text: `${base}.findings`, note: t('designer.values.list') }] : []),
        { text: `${base}.status`, note: t('designer.values.text') },
      ],
    });
  });
  groups.push({
    title: t('designer.values.run'),
    values: [
      { text: 'run.id', note: t('designer.values.text') },
      { text: 'trigger.kind', note: t('designer.values.text') },
    ],
  });
  return groups.filter(({ values }) => values.length > 0);
}

/** From the last result, else from the sample, else from what the task says that it gives. */
function outputNames(
  step: Step,
  last: unknown,
  schema: Record<string, unknown> | null,
): { name: string; note: string }[] {
  const sample = objectOf(objectOf(step.value.sample).output);
  const seen = Object.keys(objectOf(last)).length > 0 ? objectOf(last) : sample;
  const names = Object.keys(seen).length > 0 ? seen : objectOf(schema?.properties);
  return Object.entries(names)
    .filter(([name]) => /^[A-Za-z_]\w*$/.test(name))
    .slice(0, 12)
    .map(([name, value]) => ({
      name,
      note: names === seen ? shortOf(value) : String(objectOf(value).type ?? ''),
    }));
}

function shortOf(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return text.length > 24 ? `${text.slice(0, 24)}…` : text;
}

/** Steps of this section that do not wait for this one, and all of the sections before. */
function upstream(graph: Graph, step: Step): Step[] {
  const after = new Set([step.id]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const { from, to } of graph.edges)
      if (after.has(from) && !after.has(to)) {
        after.add(to);
        grew = true;
      }
  }
  const order = ['steps', 'on_failure', 'finally'];
  return graph.steps.filter(
    (other) => !after.has(other.id) && order.indexOf(other.section) <= order.indexOf(step.section),
  );
}
