import Button from '@mui/material/Button';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useMay } from '../../app/session.ts';
import { exactTime } from '../../ui/clock.ts';
import { problemOf } from '../../ui/field-problems.tsx';
import { Failure, Loaded } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { ActionButton } from './action-button.tsx';
import { findingsApi } from './findings-api.ts';
import { historyQuery } from './queries.ts';
import type { HistoryItem } from './types.ts';

/** Everything that happened to it, newest first, and a place to say something. */
export function HistoryPart({ finding }: { finding: string }) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(historyQuery(finding));
  const entries = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <CommentForm finding={finding} />
      <Loaded query={query} rows={2}>
        {entries.length === 0 ? <p className="muted">{t('history.none')}</p> : null}
        <ol className="history" aria-label={t('finding.history')}>
          {entries.map((entry) => (
            <li key={entry.id}>
              <Entry entry={entry} />
            </li>
          ))}
        </ol>
        {query.hasNextPage ? (
          <Button size="small" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('action.more')}
          </Button>
        ) : null}
      </Loaded>
    </>
  );
}

function CommentForm({ finding }: { finding: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const may = useMay();
  const [text, setText] = useState('');
  const send = useMutation({
    mutationFn: () => findingsApi.comment(finding, text.trim()),
    onSuccess: async () => {
      setText('');
      await client.invalidateQueries({ queryKey: ['findings', 'history', finding] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() && !send.isPending) send.mutate();
  };
  const problem = problemOf(send.error, 'text');
  return (
    <form className="comment-form" onSubmit={submit}>
      {send.error && !problem ? <Failure error={send.error} /> : null}
      <textarea
        className="input"
        rows={2}
        maxLength={10_000}
        aria-label={t('history.comment')}
        placeholder={t('history.comment')}
        readOnly={!may('finding:triage')}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event);
        }}
      />
      {problem ? <p className="field-error">{problem}</p> : null}
      <div>
        <ActionButton
          type="submit"
          size="small"
          variant="outlined"
          refusal={may('finding:triage') ? undefined : t('triage.mayNot')}
          loading={send.isPending}
        >
          {t('history.send')}
        </ActionButton>
      </div>
    </form>
  );
}

function Entry({ entry }: { entry: HistoryItem }) {
  const { t } = useTranslation();
  const { data } = entry;
  const said = textIn(data, 'comment') ?? textIn(data, 'text');
  const reason = textIn(data, 'reason');
  const known = reason !== undefined && REASONS.includes(reason);
  return (
    <>
      <p>
        <strong>{entry.actorName}</strong> <span className="break">{sayOf(t, entry)}</span>{' '}
        <span className="muted small">
          <When time={entry.time} />
        </span>
        {entry.changeSet ? (
          <>
            {' '}
            <Link className="small" to={`/findings/changes?at=${encodeURIComponent(entry.changeSet)}`}>
              {t('history.partOf')}
            </Link>
          </>
        ) : null}
      </p>
      {reason ? (
        <p className="muted">
          {t('history.because', { reason: known ? t(`reason.${reason as 'other'}`) : reason })}
        </p>
      ) : null}
      {said ? <blockquote className="history-words break">{said}</blockquote> : null}
    </>
  );
}

const REASONS = [
  'sanitised',
  'unreachable',
  'test-code',
  'wrong-rule',
  'other',
  'mitigated',
  'low-impact',
  'no-fix',
  'planned',
];

type Data = HistoryItem['data'];

function textIn(data: Data, name: string): string | undefined {
  const value = data[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function timeIn(data: Data, name: string): string | undefined {
  const value = data[name];
  return typeof value === 'number' ? exactTime(value) : undefined;
}

function listIn(data: Data, name: string): string {
  const value = data[name];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string').join(', ') : '';
}

type Say = ReturnType<typeof useTranslation>['t'];

function sayOf(t: Say, { kind, data, actor }: HistoryItem): string {
  switch (kind) {
    case 'status': {
      const to = textIn(data, 'to') ?? 'open';
      const until = timeIn(data, 'expires');
      const words = t('history.status', {
        from: t(`findingStatus.${(textIn(data, 'from') ?? 'open') as 'open'}`),
        to: t(`findingStatus.${to as 'open'}`),
      });
      return until ? `${words}, ${t('history.until', { time: until })}` : words;
    }
    case 'assignee':
      if (data.to === null) return t('history.unassigned');
      if (data.to === actor) return t('history.took');
      return t('history.assigned', { name: textIn(data, 'toName') ?? t('history.somebody') });
    case 'labels': {
      const [added, removed] = [listIn(data, 'added'), listIn(data, 'removed')];
      return [
        added ? t('history.labelled', { labels: added }) : '',
        removed ? t('history.unlabelled', { labels: removed }) : '',
      ]
        .filter(Boolean)
        .join('; ');
    }
    case 'snooze': {
      if (data.woken !== undefined) return t('history.woken');
      const until = timeIn(data, 'until');
      return until ? t('history.snoozed', { time: until }) : t('history.snoozedWorse');
    }
    case 'severity':
      return t('history.severity', {
        from: t(`severity.${(textIn(data, 'from') ?? 'info') as 'info'}`),
        to: t(`severity.${(textIn(data, 'to') ?? 'info') as 'info'}`),
      });
    default:
      return t(`history.kind.${kind}`);
  }
}
