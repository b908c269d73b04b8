import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Command, useCommands } from '../../app/commands.ts';
import { useMay } from '../../app/session.ts';
import { toast } from '../../ui/toast.tsx';
import { ruleAsking } from './comment-rules.ts';
import { DecisionDialog } from './decision-dialog.tsx';
import { changeAtOnce, DECISIONS, type DecisionId } from './decisions.ts';
import type { Chosen } from './findings-api.ts';
import { commentRulesQuery } from './queries.ts';
import type { ListedFinding, TriageChange } from './types.ts';
import { messageOf, type Triage } from './use-triage.ts';

/** What a decision is about: findings one by one, or all that fit a query. */
export interface Targets {
  findings: readonly ListedFinding[];
  /** A job for the server: too many to show each. */
  job: {
    count: number;
    chosen: Chosen;
    /** Those that are loaded, when they were chosen one by one. */
    findings?: readonly ListedFinding[];
  } | null;
}

interface DecisionsOptions {
  triage: Triage;
  targets: () => Targets;
  /** Shows what a key would decide about, when it is out of sight; true: so the key decides nothing yet. */
  reveal?: () => boolean;
  startJob?: (chosen: Chosen, change: TriageChange, overrule: boolean) => Promise<void>;
  /** After a decision was taken. */
  onDecided?: (about: Targets) => void;
}

export interface Decisions {
  /** About what the page has chosen, or about what is given. */
  start: (decision: DecisionId, about?: Targets) => void;
  /** Why nothing can be decided here. */
  refusal: string | undefined;
  dialog: ReactNode;
}

/** The decisions of a page: for its buttons, its keys, the palette and the help. */
export function useDecisions({ triage, targets, reveal, startJob, onDecided }: DecisionsOptions): Decisions {
  const { t } = useTranslation();
  const may = useMay();
  const [asked, setAsked] = useState<{ decision: DecisionId; about: Targets } | null>(null);
  const decided = useRef<Targets | null>(null);
  const rules = useQuery({ ...commentRulesQuery, enabled: may('finding:triage') });
  const refusal = may('finding:triage') ? undefined : t('triage.mayNot');

  const decide = async (about: Targets, change: TriageChange, overrule: boolean) => {
    if (about.job) await startJob?.(about.job.chosen, change, overrule);
    else await triage.decide(about.findings, change);
    decided.current = about;
  };
  // When the dialog has gone and given the focus back, the page may move it on.
  useEffect(() => {
    if (asked || !decided.current) return;
    const about = decided.current;
    decided.current = null;
    onDecided?.(about);
  });
  const start = (decision: DecisionId, given?: Targets) => {
    if (refusal) return toast(refusal, 'failed');
    if (!given && reveal?.()) return;
    const about = given ?? targets();
    if (!about.job && about.findings.length === 0) return toast(t('triage.chooseFirst'), 'failed');
    const change = changeAtOnce(decision);
    const same = change?.status;
    if (!about.job && same && about.findings.every(({ status }) => status === same))
      return toast(t('triage.isAlready', { status: t(`findingStatus.${same}`) }));
    const asking = ruleAsking({
      decision,
      rules: rules.data ?? [],
      severities: about.findings.map(({ severity }) => severity),
    });
    if (about.job || !change || asking) return setAsked({ decision, about });
    triage
      .decide(about.findings, change)
      .catch((error: unknown) =>
        toast(t('triage.failed', { why: messageOf(error) ?? t('state.unexpected') }), 'failed'),
      );
    // The next row does not wait for the answer.
    onDecided?.(about);
  };
  useCommands([
    ...DECISIONS.map(
      ({ id, shortcut }): Command => ({
        id: `decide-${id}`,
        label: t(`triage.command.${id}`),
        group: 'here',
        ...(shortcut ? { shortcut } : {}),
        run: () => start(id),
      }),
    ),
    {
      id: 'undo',
      label: t('triage.command.undo'),
      group: 'here',
      shortcut: 'u',
      run: () => (refusal ? toast(refusal, 'failed') : triage.undoLast()),
    },
  ]);
  return {
    start,
    refusal,
    dialog: asked ? (
      <DecisionDialog
        decision={asked.decision}
        about={asked.about}
        onDecide={(change, overrule) => decide(asked.about, change, overrule)}
        onClose={() => setAsked(null)}
      />
    ) : null,
  };
}
