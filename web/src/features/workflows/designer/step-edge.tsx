import {
  BaseEdge,
  EdgeLabelRenderer,
  type EdgeProps,
  type Edge as FlowEdge,
  getBezierPath,
} from '@xyflow/react';
import { Plus } from 'lucide-react';
import { memo } from 'react';

export interface StepEdgeData extends Record<string, unknown> {
  label: string;
  kind: 'needs' | 'reads';
  editable: boolean;
}
export type StepEdgeType = FlowEdge<StepEdgeData, 'step'>;

/** A connection with a `+` in its middle, which is also where the keyboard reaches it from its step. */
export const StepEdge = memo((props: EdgeProps<StepEdgeType>) => {
  const { id, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, data, markerEnd } = props;
  const [path, x, y] = getBezierPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition });
  return (
    <>
      <BaseEdge
        path={path}
        className={data?.kind === 'reads' ? 'wf-edge wf-edge-reads' : 'wf-edge'}
        {...(markerEnd === undefined ? {} : { markerEnd })}
      />
      {data?.editable ? (
        <EdgeLabelRenderer>
          <button
            type="button"
            tabIndex={-1}
            className="wf-edge-add nodrag nopan"
            data-focus={`e:${id}`}
            aria-label={data.label}
            aria-haspopup="menu"
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
          >
            <Plus size={14} aria-hidden="true" />
          </button>
        </EdgeLabelRenderer>
      ) : null}
    </>
  );
});
