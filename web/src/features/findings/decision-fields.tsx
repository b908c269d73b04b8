import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../app/session.ts';
import { dateOf } from '../../ui/clock.ts';
import { TextInput } from '../../ui/input.tsx';
import { SelectInput } from '../../ui/select-input.tsx';
import { SEVERITIES } from '../../ui/severity.tsx';
import type { Draft } from './decision-draft.ts';
import {
  ACCEPT_DAYS,
  ACCEPT_REASONS,
  DAY_MS,
  type DecisionId,
  FALSE_POSITIVE_REASONS,
  SNOOZE_DAYS,
} from './decisions.ts';
import { acceptancesApi } from './findings-api.ts';
import { peopleQuery } from './queries.ts';
import { ReasonField } from './reason-field.tsx';

export interface FieldsProps {
  decision: DecisionId;
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  problem: (field: string) => string | undefined;
}

/** What a decision needs beside its comment. */
export function DecisionFields({ decision, draft, set, problem }: FieldsProps) {
  const { t } = useTranslation();
  switch (decision) {
    case 'false-positive':
      return (
        <ReasonField
          reasons={FALSE_POSITIVE_REASONS}
          value={draft.reason}
          error={problem('reason')}
          onChange={(reason) => set({ reason })}
        />
      );
    case 'accept':
      return <AcceptFields draft={draft} set={set} problem={problem} />;
    case 'duplicate':
      return (
        <TextInput
          id="decision-of"
          label={t('triage.duplicateOf')}
          hint={t('triage.duplicateHint')}
          className="mono"
          value={draft.of}
          error={problem('duplicateOf')}
          onChange={(event) => set({ of: event.target.value })}
        />
      );
    case 'snooze':
      return (
        <>
          <SelectInput
            id="decision-days"
            label={t('triage.until')}
            value={draft.days}
            error={problem('snooze')}
            options={[
              ...SNOOZE_DAYS.map((days) => ({
                value: String(days),
                label: t('triage.days', { count: days }),
              })),
              { value: 'worse', label: t('triage.untilWorse') },
            ]}
            onChange={(days) => set({ days })}
          />
          {draft.days === 'worse' ? null : (
            <label className="check">
              <input
                type="checkbox"
                checked={draft.orWorse}
                onChange={(event) => set({ orWorse: event.target.checked })}
              />
              <span>{t('triage.orWorse')}</span>
            </label>
          )}
        </>
      );
    case 'assign':
      return <AssignField draft={draft} set={set} problem={problem} />;
    case 'labels':
      return (
        <TextInput
          id="decision-labels"
          label={t('triage.labels')}
          hint={t('triage.labelsHint')}
          value={draft.labels}
          error={problem('addLabels')}
          onChange={(event) => set({ labels: event.target.value })}
        />
      );
    case 'severity':
      return (
        <SelectInput
          id="decision-severity"
          label={t('triage.severity')}
          value={draft.severity}
          error={problem('severity')}
          options={[
            ...SEVERITIES.map((value) => ({ value, label: t(`severity.${value}`) })),
            { value: '', label: t('triage.severityOfTool') },
          ]}
          onChange={(severity) => set({ severity })}
        />
      );
    default:
      return null;
  }
}

function AcceptFields({ draft, set, problem }: Omit<FieldsProps, 'decision'>) {
  const { t } = useTranslation();
  const may = useMay();
  const settings = useQuery({
    queryKey: ['acceptance-settings'],
    queryFn: ({ signal }) => acceptancesApi.settings(signal),
    staleTime: 60_000,
  });
  const most = settings.data?.maxDays ?? null;
  const waits = settings.data?.fourEyes || !may('finding:accept');
  const days = ACCEPT_DAYS.filter((one) => most === null || one <= most);
  const offered = days.length > 0 ? days : [most ?? 30];
  const until = Date.now() + Number(draft.days) * DAY_MS;
  return (
    <>
      <ReasonField
        reasons={ACCEPT_REASONS}
        value={draft.reason}
        error={problem('reason')}
        onChange={(reason) => set({ reason })}
      />
      <SelectInput
        id="decision-days"
        label={t('triage.acceptFor')}
        value={draft.days}
        error={problem('expires')}
        hint={t('triage.opensAgain', { time: dateOf(until) })}
        options={offered.map((count) => ({ value: String(count), label: t('triage.days', { count }) }))}
        onChange={(value) => set({ days: value })}
      />
      {waits ? <p className="muted small">{t('triage.needsSecond')}</p> : null}
    </>
  );
}

/** One picks a person; where there are too many to pick from, a login is typed. */
function AssignField({ draft, set, problem }: Omit<FieldsProps, 'decision'>) {
  const { t } = useTranslation();
  const query = useQuery(peopleQuery);
  const people = query.data?.items ?? [];
  const others = people.filter(({ me }) => !me);
  const error = problem('assignee');
  if (query.data?.more || query.isError)
    return (
      <TextInput
        id="decision-assignee"
        label={t('triage.assigneeLogin')}
        hint={t('triage.assigneeHint')}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={draft.assignee}
        error={error}
        onChange={(event) => set({ assignee: event.target.value })}
      />
    );
  return (
    <SelectInput
      id="decision-assignee"
      label={t('triage.assignee')}
      value={draft.assignee}
      error={error}
      options={[
        { value: 'me', label: t('triage.me') },
        { value: '', label: t('triage.nobody') },
        ...others.map(({ login, name }) => ({
          value: login,
          label: name === login ? login : t('triage.person', { name, login }),
        })),
      ]}
      onChange={(assignee) => set({ assignee })}
    />
  );
}
