import Button from '@mui/material/Button';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useMay } from '../../app/session.ts';
import { IdChip } from '../../ui/copy-chip.tsx';
import { problemOf } from '../../ui/field-problems.tsx';
import { TextInput } from '../../ui/input.tsx';
import { Failure, Loaded } from '../../ui/states.tsx';
import { toast } from '../../ui/toast.tsx';
import { ActionButton } from './action-button.tsx';
import { findingsApi } from './findings-api.ts';
import { placeOf } from './location.ts';
import { commentRulesQuery, explainQuery } from './queries.ts';
import { exactName, findingsAddress, quoted } from './query-text.ts';
import type { FullFinding } from './types.ts';

/** Why it is this finding and no other: 'same because', 'not merged because', and the way to say otherwise. */
export function IdentityPart({ finding }: { finding: FullFinding }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <details className="identity" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('finding.identity')}</summary>
      <p className="muted small prose">{t('finding.identityHint')}</p>
      {open ? <Explanation finding={finding} /> : null}
    </details>
  );
}

function Explanation({ finding }: { finding: FullFinding }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const may = useMay();
  const query = useQuery(explainQuery(finding.id));
  const [comment, setComment] = useState('');
  const asked = (useQuery(commentRulesQuery).data ?? []).some(
    ({ statuses }) => statuses.includes('duplicate') || statuses.includes('open'),
  );
  const refusal = may('finding:triage') ? undefined : t('triage.mayNot');
  const change = useMutation({
    mutationFn: ({ id, into }: { id: string; into?: string }) =>
      into === undefined
        ? findingsApi.unmerge(id, comment.trim())
        : findingsApi.merge(id, into, comment.trim()),
    onSuccess: async (_answer, { into }) => {
      setComment('');
      toast(t(into === undefined ? 'identity.unmerged' : 'identity.merged'));
      await client.invalidateQueries({ queryKey: ['findings'] });
    },
  });
  const { data } = query;
  const named = ({ id, tool, rule }: { id: string; tool: string; rule: string }) => (
    <Link to={`/findings/${encodeURIComponent(id)}`} className="mono break">
      {tool} {rule}
    </Link>
  );
  return (
    <Loaded query={query} rows={3}>
      {data ? (
        <div className="stack identity-body">
          {asked && !refusal ? (
            <TextInput
              id="identity-comment"
              label={t('triage.comment')}
              hint={t('identity.commentHint')}
              maxLength={10_000}
              value={comment}
              error={problemOf(change.error, 'comment')}
              onChange={(event) => setComment(event.target.value)}
            />
          ) : null}
          {change.error ? <Failure error={change.error} /> : null}
          <p>{data.same ? t('identity.same', { because: data.same.because }) : t('identity.once')}</p>
          {data.changes.length > 0 ? (
            <ul className="plain-list">
              {data.changes.map((one) => (
                <li key={`${one.time}-${one.kind}`} className="break">
                  {one.because}
                </li>
              ))}
            </ul>
          ) : null}
          {data.mergedInto ? (
            <p className="row wrap">
              <span>{t('identity.into')}</span> {named(data.mergedInto)}
              <ActionButton
                size="small"
                refusal={refusal}
                loading={change.isPending}
                onClick={() => change.mutate({ id: finding.id })}
              >
                {t('identity.unmerge')}
              </ActionButton>
            </p>
          ) : null}
          {data.duplicates.map((one) => (
            <p key={one.id} className="row wrap">
              <span>{t('identity.duplicate')}</span> {named(one)}
              <ActionButton size="small" refusal={refusal} onClick={() => change.mutate({ id: one.id })}>
                {t('identity.unmerge')}
              </ActionButton>
            </p>
          ))}
          <h4>{t('identity.near')}</h4>
          {data.near.length === 0 ? <p className="muted">{t('identity.noneNear')}</p> : null}
          <ul className="near-list">
            {data.near.map((one) => {
              const place = placeOf(one.location);
              return (
                <li key={one.id}>
                  <span className="grow">
                    <Link to={`/findings/${encodeURIComponent(one.id)}`} className="break">
                      {one.title}
                    </Link>
                    <span className="muted small mono break" translate="no">
                      {' '}
                      {one.tool} · {place.main}
                      {place.detail}
                    </span>
                    <span className="block">{t('identity.notMerged', { because: one.because })}</span>
                  </span>
                  <ActionButton
                    size="small"
                    refusal={refusal}
                    aria-label={t('identity.mergeNamed', { title: one.title })}
                    onClick={() => change.mutate({ id: finding.id, into: one.id })}
                  >
                    {t('identity.merge')}
                  </ActionButton>
                </li>
              );
            })}
          </ul>
          <dl className="facts">
            <dt>{t('finding.id')}</dt>
            <dd>
              <IdChip value={finding.id} />
            </dd>
            <dt>{t('finding.rule')}</dt>
            <dd>
              <Link to={findingsAddress(`rule:${quoted(finding.rule)}`)} className="mono break">
                {finding.rule}
              </Link>
            </dd>
            {data.fingerprints.map((print) => (
              <div key={`${print.kind}-${print.version}-${print.value}`} className="facts-pair">
                <dt>{t('finding.fingerprint', { kind: print.kind, version: print.version })}</dt>
                <dd>
                  <IdChip value={print.value} /> <span className="muted small">{print.says}</span>
                </dd>
              </div>
            ))}
          </dl>
          <div>
            <Button
              size="small"
              component={Link}
              to={findingsAddress(
                `rule:${quoted(finding.rule)} asset:${quoted(exactName(finding.assetName))}`,
              )}
            >
              {t('identity.related')}
            </Button>
          </div>
        </div>
      ) : null}
    </Loaded>
  );
}
