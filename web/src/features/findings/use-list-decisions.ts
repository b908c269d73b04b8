import { useRef } from 'react';
import type { DecisionId } from './decisions.ts';
import { type Chosen, findingsApi } from './findings-api.ts';
import type { GroupRow } from './group-list.tsx';
import type { ListedFinding } from './types.ts';
import { type Decisions, type Targets, useDecisions } from './use-decisions.tsx';
import type { RowKeys } from './use-row-keys.ts';
import type { Selection } from './use-selection.ts';
import { useTriage } from './use-triage.ts';

/** More than this is a job with its own progress. */
const AT_ONCE = 100;
/** An empty query is refused, since it is easily sent by mistake; this one says that everything is meant. */
const EVERYTHING = 'severity:>=info';

interface ListDecisionsOptions {
  findings: readonly ListedFinding[];
  selection: Selection;
  q: string;
  total: number | undefined;
  keys: RowKeys;
  /** What is shown instead of the findings: a key decides about the whole group where one is. */
  groups: readonly GroupRow[] | null;
  onJob: (change: string) => void;
}

/** What the keys and buttons of the list are about: all that fit, what is chosen, or the row where one is. */
export function useListDecisions(options: ListDecisionsOptions) {
  const { findings, selection, q, total, keys, groups, onJob } = options;
  const triage = useTriage();
  const job = useRef<Chosen | null>(null);
  const targets = (): Targets => {
    if (selection.all) {
      job.current = { q: q || EVERYTHING };
      return { findings: [], job: { count: total ?? 0 } };
    }
    if (selection.ids.size > 0) {
      const chosen = findings.filter(({ id }) => selection.ids.has(id));
      job.current = chosen.length > AT_ONCE ? { ids: chosen.map(({ id }) => id) } : null;
      return job.current ? { findings: [], job: { count: chosen.length } } : { findings: chosen, job: null };
    }
    const id = keys.current();
    const group = groups?.find((one) => one.id === id);
    job.current = group ? { q: group.q } : null;
    if (group) return { findings: [], job: { count: group.count } };
    return { findings: findings.filter((finding) => finding.id === id), job: null };
  };
  const decisions: Decisions = useDecisions({
    triage,
    targets,
    async startJob(change) {
      if (!job.current) return;
      const { change: made } = await findingsApi.triage(job.current, change);
      if (made) onJob(made.id);
    },
    onDecided(about) {
      if (about.job || selection.ids.size > 0) return selection.clear();
      const [one] = about.findings;
      if (one) keys.move(1, one.id);
    },
  });
  return {
    ...decisions,
    startGroup(decision: DecisionId, about: { q: string; count: number }) {
      job.current = { q: about.q };
      decisions.start(decision, { findings: [], job: { count: about.count } });
    },
  };
}
