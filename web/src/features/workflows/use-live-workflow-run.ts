import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useLiveSocket } from '../../live/live.tsx';
import type { LiveEvent } from '../../live/socket.ts';
import { workflowRunQuery } from './queries.ts';
import type { RunState, StepState } from './types.ts';
import { workflowEnded } from './workflow-status.tsx';

/** Rows change at most this often, and the whole state is read again for what events do not carry: outputs, counts, items. */
const DRAW_MS = 200;
const READ_MS = 1500;

interface StepChange {
  step: string;
  item: number | null;
  status: StepState['status'];
  attempt: number;
  waitsFor: StepState['waitsFor'];
  due: number | null;
  run: string | null;
  error: StepState['error'];
}

/** Follows a run: rows are patched in place as events come. */
export function useLiveWorkflowRun(run: string | null): void {
  const client = useQueryClient();
  const socket = useLiveSocket();
  useEffect(() => {
    if (run === null) return;
    const { queryKey } = workflowRunQuery(run);
    let waiting: LiveEvent[] = [];
    let drawing: ReturnType<typeof setTimeout> | undefined;
    let reading: ReturnType<typeof setTimeout> | undefined;
    const read = () => {
      reading ??= setTimeout(() => {
        reading = undefined;
        void client.invalidateQueries({ queryKey });
      }, READ_MS);
    };
    const draw = () => {
      drawing = undefined;
      const events = waiting;
      waiting = [];
      const before = client.getQueryData<RunState>(queryKey);
      // The stream begins with the first event of the run: of one that has ended nothing is new.
      if (before && workflowEnded(before.status)) return;
      client.setQueryData<RunState>(queryKey, (state) => (state ? events.reduce(applied, state) : state));
      if (events.some(({ type }) => type === 'workflow-run.ended')) {
        clearTimeout(reading);
        reading = undefined;
        void client.invalidateQueries({ queryKey });
      } else read();
    };
    const stop = socket.subscribe(`run:${run}`, {
      onEvents(events) {
        waiting.push(...events);
        drawing ??= setTimeout(draw, DRAW_MS);
      },
      onGap: read,
    });
    return () => {
      stop();
      clearTimeout(drawing);
      clearTimeout(reading);
    };
  }, [run, socket, client]);
}

export function applied(state: RunState, { type, time, data }: LiveEvent): RunState {
  switch (type) {
    case 'workflow-run.changed':
      return workflowEnded(state.status)
        ? state
        : {
            ...state,
            status: data.status as RunState['status'],
            section: String(data.section),
            started: state.started ?? time,
          };
    case 'workflow-run.ended':
      return {
        ...state,
        status: data.status as RunState['status'],
        error: data.error as RunState['error'],
        ended: time,
      };
    case 'workflow-step.changed': {
      const change = data as unknown as StepChange;
      if (change.item !== null) return state;
      return {
        ...state,
        steps: state.steps.map((step) => (step.name === change.step ? changed(step, change, time) : step)),
      };
    }
    default:
      return state;
  }
}

function changed(step: StepState, change: StepChange, time: number): StepState {
  // What has ended stays so within a run; an older event must not bring it back.
  if (workflowEnded(step.status) || change.attempt < step.attempt) return step;
  const { status, attempt, waitsFor, due, error } = change;
  return {
    ...step,
    status,
    attempt,
    waitsFor,
    due,
    error,
    run: change.run?.startsWith('run_') ? change.run : step.run,
    workflowRun: change.run?.startsWith('wfr_') ? change.run : step.workflowRun,
    started: step.started ?? (status === 'running' || status === 'waiting' ? time : null),
    ended: workflowEnded(status) ? time : null,
  };
}
