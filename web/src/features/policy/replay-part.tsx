import Button from '@mui/material/Button';
import { useMutation } from '@tanstack/react-query';
import { History } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SelectInput } from '../../ui/select-input.tsx';
import { Failure, Loading } from '../../ui/states.tsx';
import { policyApi } from './policy-api.ts';
import { ReplayView } from './replay-view.tsx';
import type { Policy } from './types.ts';

const SINCE = ['7d', '30d', '90d', '365d'] as const;

interface ReplayPartProps {
  /** The draft, when it differs from what is stored. */
  source: string | undefined;
  stored: Policy | null;
  onLine: (line: number) => void;
}

/** What the last weeks would have looked like with this policy. Nothing is changed. */
export function ReplayPart({ source, stored, onLine }: ReplayPartProps) {
  const { t } = useTranslation();
  const [since, setSince] = useState<string>('30d');
  const replay = useMutation({ mutationFn: () => policyApi.replay(since, source) });
  const stale = replay.data !== undefined && replay.data.revision === null && source === undefined;
  return (
    <div className="stack">
      <p className="muted prose">
        {source === undefined
          ? stored
            ? t('replay.leadStored', { revision: stored.revision })
            : t('replay.leadNone')
          : t('replay.leadDraft')}
      </p>
      <div className="policy-ask">
        <SelectInput
          id="replay-since"
          label={t('replay.since')}
          value={since}
          onChange={setSince}
          options={SINCE.map((value) => ({
            value,
            label: t('replay.days', { count: Number.parseInt(value, 10) }),
          }))}
        />
        <Button
          variant="contained"
          color="primary"
          startIcon={<History size={16} />}
          loading={replay.isPending}
          disabled={source === undefined && stored === null}
          onClick={() => replay.mutate()}
        >
          {t('replay.start')}
        </Button>
      </div>
      {replay.isPending ? <Loading rows={6} /> : null}
      {replay.error && !replay.isPending ? (
        <Failure error={replay.error} onRetry={() => replay.mutate()} />
      ) : null}
      {stale ? <p className="muted">{t('replay.stale')}</p> : null}
      {replay.data && !replay.isPending ? <ReplayView replay={replay.data} onLine={onLine} /> : null}
    </div>
  );
}
