import { createContext, useContext } from 'react';
import type { Draft, DraftState } from '../document/draft.ts';
import type { Edge, Step } from '../document/graph.ts';
import type { DocumentProblem, Section, StepState, StepStatus } from '../types.ts';

/** Where what is chosen in the palette goes. */
export type Target =
  | { kind: 'end'; section: Section }
  | { kind: 'after'; step: Step }
  | { kind: 'before'; step: Step }
  | { kind: 'between'; edge: Edge }
  | { kind: 'action'; step: Step };

export interface Designer {
  draft: Draft;
  state: DraftState;
  /** The step in the inspector. */
  selected: string | null;
  select(id: string | null): void;
  /** Opens the form of a step and goes there. */
  open(id: string): void;
  /** Puts the focus on a step where it is shown: on the canvas or in the outline. */
  focus(id: string): void;
  add(target: Target): void;
  connectFrom(step: Step): void;
  remove(step: Step): void;
  test(step: Step): void;
  problemsOf(step: Step): readonly DocumentProblem[];
  /** Of the test run that is shown. */
  statusOf(id: string): StepStatus | undefined;
  stateOf(id: string): StepState | undefined;
  testRun: string | null;
  say(text: string): void;
}

export const DesignerContext = createContext<Designer | null>(null);

export function useDesigner(): Designer {
  const designer = useContext(DesignerContext);
  if (!designer) throw new Error('useDesigner is used outside the designer');
  return designer;
}
