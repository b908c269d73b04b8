import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import { RotateCw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { SystemState } from '../../api/system-api.ts';
import { useMay } from '../../app/session.ts';
import { bytes } from '../../ui/bytes.ts';
import { Section } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { BackupNote } from './backup-note.tsx';
import { Checks } from './checks.tsx';
import { healthFacts } from './health-facts.ts';
import { Keys } from './keys.tsx';
import { Processes } from './processes.tsx';
import { systemQuery } from './queries.ts';
import { VerdictMark } from './verdict-mark.tsx';
import './health.css';

export function SystemPage() {
  const { t } = useTranslation();
  const may = useMay();
  const query = useQuery(systemQuery);
  return (
    <>
      <Section
        title={t('health.title')}
        aside={
          <Button
            startIcon={<RotateCw size={16} />}
            loading={query.isFetching}
            loadingPosition="start"
            onClick={() => void query.refetch()}
          >
            {t('health.refresh')}
          </Button>
        }
      >
        <Loaded query={query} rows={7}>
          {query.data ? <State state={query.data} /> : null}
        </Loaded>
      </Section>
      {may('worker:read') ? <Processes /> : null}
      <Checks />
      {may('config:write') ? <Keys /> : null}
      <BackupNote {...(query.data ? { state: query.data } : {})} />
    </>
  );
}

function State({ state }: { state: SystemState }) {
  const { t } = useTranslation();
  const { database, disk, runs, steps, processes } = state;
  const values = {
    database: t('health.databaseIs', {
      kind: t(`health.kind.${database.kind}`),
      size: database.bytes === null ? t('health.unknownSize') : bytes(database.bytes),
    }),
    disk: t('health.diskIs', { free: bytes(disk.freeBytes), total: bytes(disk.totalBytes) }),
    queue: t(steps.queueUp ? 'health.queueUp' : 'health.queueDown'),
    steps: t('health.stepsAre', { waiting: steps.waiting, unmet: steps.unmet }),
    workers: t('health.processesAre', { servers: processes.servers, workers: processes.workers }),
    versions: processes.versions.join(', '),
  };
  return (
    <>
      <ul className="health-facts">
        {healthFacts(state).map(({ id, verdict }) => (
          <li key={id} className="card">
            <div className="row health-fact-head">
              <h3 className="grow">{t(`health.fact.${id}`)}</h3>
              <VerdictMark verdict={verdict} />
            </div>
            <p className="break">{values[id]}</p>
            {verdict === 'ok' ? null : <p className="muted small">{t(`health.do.${id}`)}</p>}
          </li>
        ))}
      </ul>
      <dl className="facts">
        <dt>{t('health.version')}</dt>
        <dd translate="no">
          SentinelX {state.version}, Node {state.node}
        </dd>
        <dt>{t('health.started')}</dt>
        <dd>
          <When time={state.started} />
        </dd>
        <dt>{t('health.memory')}</dt>
        <dd>{bytes(state.memoryBytes)}</dd>
        <dt>{t('health.runs')}</dt>
        <dd>{t('health.runsAre', { active: runs.active, queued: runs.queued })}</dd>
        <dt>{t('health.folder')}</dt>
        <dd className="mono break" translate="no">
          {disk.folder}
        </dd>
        <dt>{t('health.files')}</dt>
        <dd>{t(`health.filesIn.${state.files}`)}</dd>
      </dl>
    </>
  );
}
