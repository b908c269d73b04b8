import Button from '@mui/material/Button';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleCheck, CircleHelp, Upload } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../app/session.ts';
import { Badge } from '../../ui/badge.tsx';
import { exactTime } from '../../ui/clock.ts';
import { IdChip } from '../../ui/copy-chip.tsx';
import { TextInput } from '../../ui/input.tsx';
import { Section } from '../../ui/page.tsx';
import { Failure, Loaded } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { importSignals, type Signals, type SignalsImported, signalsQuery } from './assets-api.ts';

const SOURCES = ['kev', 'epss'] as const;
/** Both are published every day or so: what is older than this is worth a word. */
const OLD_MS = 14 * 86_400_000;

/** What is known about exploited vulnerabilities, and of when. Never imported is unknown, which is not the same as none. */
export function SignalsPart() {
  const { t } = useTranslation();
  const query = useQuery(signalsQuery);
  const may = useMay()('config:write');
  return (
    <Section title={t('signals.title')}>
      <p className="muted prose">{t('signals.lead')}</p>
      <Loaded query={query} rows={2}>
        <ul className="card rows">
          {SOURCES.map((source) => (
            <SourceRow key={source} source={source} signals={query.data} />
          ))}
        </ul>
      </Loaded>
      {may ? <ImportSignals /> : <p className="muted">{t('signals.mayNot')}</p>}
    </Section>
  );
}

function SourceRow({ source, signals }: { source: (typeof SOURCES)[number]; signals: Signals | undefined }) {
  const { t } = useTranslation();
  const known = signals?.snapshots.find((one) => one.source === source);
  return (
    <li>
      <span className="rows-icon">
        {known ? <CircleCheck size={20} aria-hidden="true" /> : <CircleHelp size={20} aria-hidden="true" />}
      </span>
      <div className="rows-main">
        <p className="rows-title">
          {t(`signals.source.${source}`)}
          {known ? null : <Badge tone="warning">{t('signals.unknown')}</Badge>}
          {known && Date.now() - known.asOf > OLD_MS ? (
            <Badge tone="warning">{t('signals.old')}</Badge>
          ) : null}
        </p>
        <p className="rows-facts">
          {known ? (
            <>
              <span>{t('report.asOf', { time: exactTime(known.asOf) })}</span>
              <span>{t('signals.entries', { count: known.entries })}</span>
              <span>
                {t('signals.imported')} <When time={known.imported} />
              </span>
              <span>
                SHA-256 <IdChip value={known.sha256} short={`${known.sha256.slice(0, 8)}…`} />
              </span>
            </>
          ) : (
            <span>{t('signals.unknownHint')}</span>
          )}
        </p>
      </div>
    </li>
  );
}

function ImportSignals() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const [asOf, setAsOf] = useState('');
  const [older, setOlder] = useState(false);
  const send = useMutation({
    mutationFn: (file: File) => importSignals({ file, asOf, older }),
    onSuccess: () => client.invalidateQueries({ queryKey: signalsQuery.queryKey }),
  });
  return (
    <div className="stack">
      <div className="signals-ask">
        <TextInput
          id="signals-as-of"
          type="date"
          label={t('signals.asOf')}
          value={asOf}
          onChange={(event) => setAsOf(event.target.value)}
        />
        <label className="check">
          <input type="checkbox" checked={older} onChange={(event) => setOlder(event.target.checked)} />
          <span>{t('signals.older')}</span>
        </label>
        <Button
          startIcon={<Upload size={16} />}
          loading={send.isPending}
          loadingPosition="start"
          onClick={() => input.current?.click()}
        >
          {t('signals.import')}
        </Button>
        <input
          ref={input}
          type="file"
          accept=".json,.csv,.gz"
          hidden
          aria-label={t('signals.import')}
          onChange={(event) => {
            const file = event.target.files?.[0];
            event.target.value = '';
            if (file) send.mutate(file);
          }}
        />
      </div>
      {send.error ? <Failure error={send.error} /> : null}
      {send.data && !send.isPending ? <Imported answer={send.data} /> : null}
    </div>
  );
}

function Imported({ answer }: { answer: SignalsImported }) {
  const { t } = useTranslation();
  return (
    <div className="notice notice-success" role="status">
      <CircleCheck size={18} aria-hidden="true" />
      <div className="grow">
        <p className="notice-title">
          {answer.unchanged
            ? t('signals.same')
            : t('signals.done', { source: t(`signals.source.${answer.source}`), count: answer.entries })}
        </p>
        {answer.removed > 0 ? <p>{t('signals.removed', { count: answer.removed })}</p> : null}
        {answer.problems.length > 0 ? (
          <ul>
            {answer.problems.map(({ at, message }) => (
              <li key={`${at} ${message}`} className="break">
                {at}: {message}
              </li>
            ))}
            {answer.moreProblems > 0 ? (
              <li>{t('signals.moreProblems', { count: answer.moreProblems })}</li>
            ) : null}
          </ul>
        ) : null}
      </div>
    </div>
  );
}
