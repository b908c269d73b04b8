import Button from '@mui/material/Button';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { useMay } from '../../app/session.ts';
import { Badge } from '../../ui/badge.tsx';
import { bytes } from '../../ui/bytes.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { IdChip } from '../../ui/copy-chip.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { RunStatusMark } from '../../ui/run-status.tsx';
import { Failure, Loaded, Warning } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { ActionButton } from '../findings/action-button.tsx';
import { importsApi } from '../findings/findings-api.ts';
import { FindingsNav } from '../findings/findings-nav.tsx';
import { findingsAddress } from '../findings/query-text.ts';
import type { FullImport } from '../findings/types.ts';
import { hasEnded, importQuery, isUndoing } from './queries.ts';
import './imports.css';

/** The receipt of one import: what came of it, what was skipped and why, and the way back. */
export function ImportPage() {
  const { run = '' } = useParams();
  const { t } = useTranslation();
  const query = useQuery(importQuery(run));
  const { data } = query;
  return (
    <Page
      key={run}
      title={data ? t('imports.of', { name: data.name }) : t('imports.title')}
      actions={
        <>
          <Link to={`/runs/${encodeURIComponent(run)}`}>{t('imports.asRun')}</Link>
          {data ? <UndoImport one={data} /> : null}
          {data ? <ShowFindings one={data} /> : null}
        </>
      }
    >
      <FindingsNav />
      <Loaded query={query}>{data ? <Receipt one={data} /> : null}</Loaded>
    </Page>
  );
}

/** The way on: a receipt is read once, its findings are worked on. */
function ShowFindings({ one }: { one: FullImport }) {
  const { t } = useTranslation();
  if (one.undone !== null || isUndoing(one) || !one.receipt?.new) return null;
  return (
    <Button component={Link} to={findingsAddress(`first-run:${one.run}`)} variant="contained" color="primary">
      {t('imports.showFindings', { count: one.receipt.new })}
    </Button>
  );
}

function Receipt({ one }: { one: FullImport }) {
  const { t } = useTranslation();
  const { receipt, undo, verdicts } = one;
  const run = encodeURIComponent(one.run);
  return (
    <div className="receipt">
      <dl className="facts">
        <dt>{t('runs.status')}</dt>
        <dd>
          {one.undone === null ? <RunStatusMark status={one.status} /> : <Badge>{t('imports.undone')}</Badge>}
        </dd>
        <dt>{t('imports.format')}</dt>
        <dd>{one.format ?? t('list.unknown')}</dd>
        <dt>{t('facet.task')}</dt>
        <dd>{one.tools.join(', ') || t('list.unknown')}</dd>
        <dt>{t('facet.asset')}</dt>
        <dd className="break">{one.asset?.name ?? t('list.unknown')}</dd>
        <dt>{t('imports.when')}</dt>
        <dd>
          <When time={one.created} />
        </dd>
        {one.size === null ? null : (
          <>
            <dt>{t('imports.size')}</dt>
            <dd>{bytes(one.size)}</dd>
          </>
        )}
        {one.sha256 ? (
          <>
            <dt>SHA-256</dt>
            <dd>
              <IdChip value={one.sha256} />
            </dd>
          </>
        ) : null}
      </dl>
      {hasEnded(one.status) ? null : (
        <div role="status">
          <p className="muted">{t('imports.running')}</p>
          <progress aria-label={t('imports.running')} />
        </div>
      )}
      {isUndoing(one) ? (
        <div role="status">
          <p className="muted">{t('imports.undoing')}</p>
          <progress aria-label={t('imports.undoing')} />
        </div>
      ) : null}
      {one.error ? <Warning title={one.error.message}>{t('imports.failedHint')}</Warning> : null}
      {undo ? (
        <Warning title={t('imports.undoneAs', { removed: undo.removed, restored: undo.restored })}>
          {undo.kept.length > 0 ? (
            <ul>
              {undo.kept.map(({ reason, count }) => (
                <li key={reason}>{t('imports.kept', { count, reason })}</li>
              ))}
            </ul>
          ) : null}
        </Warning>
      ) : null}
      {receipt ? (
        <dl className="receipt-numbers card" aria-label={t('imports.receipt')}>
          <Count name={t('imports.number.parsed')} count={receipt.parsed} />
          <Count
            name={t('imports.number.new')}
            count={receipt.new}
            to={one.undone === null ? findingsAddress(`first-run:${one.run} show:hidden`) : undefined}
          />
          <Count name={t('imports.number.matched')} count={receipt.matched} to={`/runs/${run}`} />
          <Count name={t('imports.number.reopened')} count={receipt.reopened} to={`/runs/${run}`} />
          <Count name={t('imports.number.closed')} count={receipt.closed} />
          <Count name={t('imports.number.skipped')} count={receipt.skipped} />
        </dl>
      ) : null}
      {one.notes.map((note) => (
        <p key={note} className="muted break">
          {note}
        </p>
      ))}
      {one.skips.length > 0 ? <Skips title={t('imports.skips')} skips={one.skips} /> : null}
      {verdicts && verdicts.statements > 0 ? (
        <p>{t('imports.verdicts', { count: verdicts.statements, changed: verdicts.changed })}</p>
      ) : null}
      {one.problems.length > 0 ? (
        <Section title={t('imports.problems')}>
          <ul className="card receipt-list" aria-label={t('imports.problems')}>
            {one.problems.map((problem, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the problems of a run never move
              <li key={at}>
                <p className="break">{problem.message}</p>
                <p className="muted small mono break">{problem.at}</p>
              </li>
            ))}
          </ul>
        </Section>
      ) : null}
    </div>
  );
}

function Count({ name, count, to }: { name: string; count: number; to?: string | undefined }) {
  return (
    <div className="receipt-number">
      <dt>{name}</dt>
      <dd>{to && count > 0 ? <Link to={to}>{count}</Link> : count}</dd>
    </div>
  );
}

function Skips({ title, skips }: { title: string; skips: FullImport['skips'] }) {
  const { t } = useTranslation();
  return (
    <Section title={title}>
      <ul className="card receipt-list" aria-label={title}>
        {skips.map(({ reason, count, examples }) => (
          <li key={reason}>
            <p className="break">{t('imports.skip', { count, reason })}</p>
            {examples.length > 0 ? (
              <p className="muted small mono break">{t('imports.examples', { list: examples.join(', ') })}</p>
            ) : null}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function UndoImport({ one }: { one: FullImport }) {
  const { t } = useTranslation();
  const may = useMay();
  const client = useQueryClient();
  const [asked, setAsked] = useState(false);
  const undo = useMutation({
    mutationFn: () => importsApi.undo(one.run),
    onSuccess: () => client.invalidateQueries({ queryKey: ['imports'] }),
  });
  const undoing = isUndoing(one);
  const was = useRef(undoing);
  useEffect(() => {
    if (was.current && !undoing) void client.invalidateQueries({ queryKey: ['findings'] });
    was.current = undoing;
  }, [client, undoing]);
  if (one.undone !== null || undoing || one.receipt === null || !hasEnded(one.status)) return null;
  return (
    <>
      {undo.error && !asked ? <Failure error={undo.error} /> : null}
      <ActionButton
        variant="outlined"
        refusal={may('finding:import') ? undefined : t('imports.mayNot')}
        onClick={() => setAsked(true)}
      >
        {t('imports.undo')}
      </ActionButton>
      {asked ? (
        <Confirm
          title={t('imports.undoTitle', { name: one.name })}
          action={t('imports.undo')}
          onConfirm={() => undo.mutateAsync()}
          onClose={() => setAsked(false)}
        >
          {t('imports.undoHint', {
            new: one.receipt.new,
            matched: one.receipt.matched,
            closed: one.receipt.closed,
          })}
        </Confirm>
      ) : null}
    </>
  );
}
