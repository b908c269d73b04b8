import Button from '@mui/material/Button';
import { useMutation } from '@tanstack/react-query';
import { CircleCheck, CircleX, FileCheck, TriangleAlert } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { adminApi } from '../../api/access-api.ts';
import type { AuditFileVerdict } from '../../api/access-types.ts';
import { Failure } from '../../ui/states.tsx';

const LOOK = {
  whole: { tone: 'success', Icon: CircleCheck },
  part: { tone: 'info', Icon: FileCheck },
  altered: { tone: 'danger', Icon: CircleX },
  unsealed: { tone: 'danger', Icon: CircleX },
  unknown: { tone: 'warning', Icon: TriangleAlert },
} as const;

/** Is an exported file what it was? The server compares each line with its log. */
export function AuditFile() {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const verify = useMutation({
    mutationFn: async (file: File) => ({ name: file.name, verdict: await adminApi.verifyAuditFile(file) }),
  });
  return (
    <>
      <Button
        startIcon={<FileCheck size={16} />}
        loading={verify.isPending}
        loadingPosition="start"
        onClick={() => input.current?.click()}
      >
        {t('audit.verifyFile')}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={t('audit.verifyFile')}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file) verify.mutate(file);
          event.target.value = '';
        }}
      />
      {verify.error ? <Failure error={verify.error} /> : null}
      {verify.data && !verify.isPending ? <AuditFileResult {...verify.data} /> : null}
    </>
  );
}

export function AuditFileResult({ name, verdict }: { name: string; verdict: AuditFileVerdict }) {
  const { t } = useTranslation();
  const { state, entries, last, newest, problems } = verdict;
  const { tone, Icon } = LOOK[state];
  return (
    <div className={`notice notice-${tone} audit-file`} role="status">
      <Icon size={18} aria-hidden="true" />
      <div className="grow break">
        <p className="notice-title">
          {state === 'whole'
            ? t('audit.file.whole', { name, last })
            : t(`audit.file.${state}`, { name, count: entries })}
        </p>
        {state === 'whole' ? <p className="muted">{t('audit.file.wholeHint', { newest })}</p> : null}
        {state === 'unknown' ? <p className="muted">{t('audit.file.unknownHint')}</p> : null}
        {state === 'part' ? <PartOf verdict={verdict} /> : null}
        {state === 'unsealed' ? <p className="muted">{t('audit.file.unsealedHint')}</p> : null}
        {problems.length > 0 && (state === 'altered' || state === 'unsealed') ? (
          <ul className="audit-problems">
            {problems.map(({ line, problem }) => (
              <li key={`${line} ${problem}`}>{t('audit.file.problem', { line, problem })}</li>
            ))}
          </ul>
        ) : null}
      </div>
    </div>
  );
}

function PartOf({ verdict: { first, last, filters } }: { verdict: AuditFileVerdict }) {
  const { t } = useTranslation();
  const words = { actor: 'actor', operation: 'operation', subject: 'subject', outcome: 'outcome' } as const;
  const more = { ...words, project: 'project', since: 'since', until: 'until' } as const;
  const named = (key: string) => (key in more ? t(`audit.${more[key as keyof typeof more]}`) : key);
  return (
    <>
      {first === null ? null : <p className="muted">{t('audit.file.between', { first, last })}</p>}
      {filters === null ? null : (
        <p className="muted">
          {t('audit.file.sealed')}{' '}
          {Object.entries(filters)
            .map(([key, value]) => `${named(key)}: ${value}`)
            .join(' · ')}
        </p>
      )}
    </>
  );
}
