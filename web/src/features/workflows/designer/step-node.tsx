import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { CircleAlert, FlaskConical, ListTree, RotateCw, Split, UserCheck } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Step } from '../document/graph.ts';
import type { StepStatus } from '../types.ts';
import { StatusIcon } from '../workflow-status.tsx';
import { ActionIcon } from './action-icon.tsx';
import { actionWords } from './step-words.ts';

export interface StepData extends Record<string, unknown> {
  step: Step;
  words: string;
  selected: boolean;
  problems: number;
  status: StepStatus | undefined;
  editable: boolean;
}
export type StepNodeType = Node<StepData, 'step'>;
export type LaneNodeType = Node<{ label: string }, 'lane'>;

/** A step on the canvas: one button in the roving order, and two points to draw a connection with the pointer. */
export const StepNode = memo(
  ({ data }: NodeProps<StepNodeType>) => {
    const { t } = useTranslation();
    const { step, selected, problems, status, editable } = data;
    const state = status === undefined ? '' : ` wf-node-${status}`;
    return (
      <>
        <Handle type="target" position={Position.Left} isConnectable={editable} />
        <button
          type="button"
          tabIndex={-1}
          className={`wf-node nodrag nopan${selected ? ' wf-node-selected' : ''}${problems > 0 ? ' wf-node-wrong' : ''}${state}`}
          data-focus={`n:${step.id}`}
          aria-haspopup={editable ? 'menu' : undefined}
        >
          <span className="wf-node-head">
            <span className="wf-node-icon">
              <ActionIcon action={step.action} />
            </span>
            <span className="wf-node-name">{step.name}</span>
            {problems > 0 ? (
              <span className="wf-node-mark wf-node-problem">
                <CircleAlert size={15} aria-hidden="true" />
                <span aria-hidden="true">{problems}</span>
              </span>
            ) : null}
            {status === undefined ? null : (
              <>
                <StatusIcon status={status} size={16} />
                <span className="visually-hidden">{t(`wfStatus.${status}`)}</span>
              </>
            )}
          </span>
          <span className="wf-node-text">{actionWords(t, step)}</span>
          <Marks step={step} />
          <span className="visually-hidden">{data.words}</span>
        </button>
        <Handle type="source" position={Position.Right} isConnectable={editable} />
      </>
    );
  },
  (before, after) => sameData(before.data, after.data),
);

export function sameData(before: StepData, after: StepData): boolean {
  const keys = ['step', 'words', 'selected', 'problems', 'status', 'editable'] as const;
  return keys.every((key) => before[key] === after[key]);
}

function Marks({ step }: { step: Step }) {
  const { t } = useTranslation();
  const marks = [
    step.condition ? { Icon: Split, text: step.condition } : null,
    step.forEach ? { Icon: ListTree, text: t('designer.forEachBadge') } : null,
    step.retries > 0 ? { Icon: RotateCw, text: `${step.retries}×` } : null,
    step.gates.includes('approval') ? { Icon: UserCheck, text: t('designer.gate.approval') } : null,
    step.sample ? { Icon: FlaskConical, text: t('designer.sampleBadge') } : null,
  ].filter((mark) => mark !== null);
  return (
    <span className="wf-node-marks">
      {marks.map(({ Icon, text }) => (
        <span key={text} className="wf-node-mark">
          <Icon size={12} aria-hidden="true" />
          <span className="wf-node-mark-text">{text}</span>
        </span>
      ))}
    </span>
  );
}

export const LaneNode = memo(({ data }: NodeProps<LaneNodeType>) => (
  <span className="wf-lane">{data.label}</span>
));
