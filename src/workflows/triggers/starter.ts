import type { StoredEvent } from '../../model/event.ts';
import type { WorkflowDefinition } from '../../model/workflow.ts';
import type { WriteContext } from '../../store/store.ts';

/** A run that something other than a person starts. */
export interface TriggeredStart {
  project: string;
  /** Whose permissions it has. */
  principal: string;
  definition: WorkflowDefinition;
  workflow: { id: string; revision: number };
  inputs: Record<string, unknown>;
  trigger: { kind: 'schedule' | 'event' | 'webhook'; id: string; data: unknown };
  depth: number;
}

/** What the engine of the workflows does for whatever starts them. */
export interface Starter {
  /** In the caller's transaction; it throws what is wrong about the order, and tells why nothing was started. */
  startInside(context: WriteContext, order: TriggeredStart): Promise<{ id: string } | { skipped: string }>;
  /** After the commit. */
  wake(): void;
  /** Steps that wait for this event go on, in the caller's transaction; `matches` reads what they wait for. */
  deliverEvent(
    context: WriteContext,
    event: StoredEvent,
    matches: (query: string) => boolean,
  ): Promise<unknown>;
  cancel(id: string, by: { principal: string; project: string }): Promise<unknown>;
}

/** Why this principal cannot start workflows in that project now, in words; null when it can. */
export type MayRun = (principal: string, project: string) => Promise<string | null>;
