import Button from '@mui/material/Button';
import { useMutation } from '@tanstack/react-query';
import { CircleX, ShieldCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { adminApi } from '../../api/access-api.ts';
import type { AuditVerdict } from '../../api/access-types.ts';
import { Failure } from '../../ui/states.tsx';
import { AuditFile } from './audit-file.tsx';

/** Follows the whole chain on the server, and says in words what it found. */
export function AuditVerify() {
  const { t } = useTranslation();
  const verify = useMutation({ mutationFn: adminApi.verifyAudit });
  const button = (
    <Button
      startIcon={<ShieldCheck size={16} />}
      loading={verify.isPending}
      loadingPosition="start"
      onClick={() => verify.mutate()}
    >
      {t(verify.data ? 'audit.verifyAgain' : 'audit.verify')}
    </Button>
  );
  if (verify.isError) return <Failure error={verify.error} onRetry={() => verify.mutate()} />;
  if (!verify.data)
    return (
      <div className="notice notice-info">
        <ShieldCheck size={18} aria-hidden="true" />
        <div className="grow">
          <p className="notice-title">{t('audit.chain')}</p>
          <p className="muted">{t('audit.chainHint')}</p>
        </div>
        <div className="audit-verify-actions">
          {button}
          <AuditFile />
        </div>
      </div>
    );
  return (
    <div className={`notice notice-${verify.data.ok ? 'success' : 'danger'}`} role="status">
      {verify.data.ok ? (
        <ShieldCheck size={18} aria-hidden="true" />
      ) : (
        <CircleX size={18} aria-hidden="true" />
      )}
      <Verdict verdict={verify.data} />
      <div className="audit-verify-actions">
        {button}
        <AuditFile />
      </div>
    </div>
  );
}

function Verdict({ verdict }: { verdict: AuditVerdict }) {
  const { t } = useTranslation();
  if (verdict.ok)
    return (
      <div className="grow">
        <p className="notice-title">{t('audit.whole', { count: verdict.entries })}</p>
        <p className="muted">
          {verdict.anchors > 0
            ? t('audit.anchored', { seq: verdict.anchoredUpTo, count: verdict.anchors })
            : t('audit.noAnchors')}
        </p>
      </div>
    );
  return (
    <div className="grow">
      <p className="notice-title">{t('audit.broken', { count: verdict.problems.length })}</p>
      <p className="muted">{t('audit.brokenHint')}</p>
      <ul className="audit-problems">
        {verdict.problems.map(({ seq, problem }) => (
          <li key={`${seq} ${problem}`}>{t('audit.problem', { seq, problem })}</li>
        ))}
      </ul>
    </div>
  );
}
