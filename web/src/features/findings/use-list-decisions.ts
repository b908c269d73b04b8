import type { DecisionId } from './decisions.ts';
import { findingsApi } from './findings-api.ts';
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
  /** The change of many that stands on the page. */
  shown: string | null;
  onJob: (change: string) => void;
}

/** What the keys and buttons of the list are about: all that fit, what is chosen, or the row where one is. */
export function useListDecisions(options: ListDecisionsOptions) {
  const { findings, selection, q, total, keys, groups, onJob } = options;
  const triage = useTriage(options.shown);
  const targets = (): Targets => {
    if (selection.all) {
      return { findings: [], job: { count: total ?? 0, chosen: { q: q || EVERYTHING } } };
    }
    if (selection.ids.size > 0) {
      const chosen = findings.filter(({ id }) => selection.ids.has(id));
      if (chosen.length <= AT_ONCE) return { findings: chosen, job: null };
      const ids = chosen.map(({ id }) => id);
      return { findings: [], job: { count: ids.length, chosen: { ids }, findings: chosen } };
    }
    const id = keys.current();
    const group = groups?.find((one) => one.id === id);
    if (group) return { findings: [], job: { count: group.count, chosen: { q: group.q } } };
    return { findings: findings.filter((finding) => finding.id === id), job: null };
  };
  const decisions: Decisions = useDecisions({
    triage,
    targets,
    reveal: () => !selection.all && selection.ids.size === 0 && keys.reveal(),
    async startJob(chosen, change, overrule) {
      const { change: made } = await findingsApi.triage(chosen, change, overrule);
      if (!made) return;
      triage.begun(made.id);
      onJob(made.id);
    },
    onDecided(about) {
      if (about.job || selection.ids.size > 0) {
        selection.clear();
        return keys.refocus();
      }
      const [one] = about.findings;
      if (one) keys.move(1, one.id);
    },
  });
  return {
    ...decisions,
    triage,
    startGroup(decision: DecisionId, about: { q: string; count: number }) {
      decisions.start(decision, { findings: [], job: { count: about.count, chosen: { q: about.q } } });
    },
  };
}
