import Button from '@mui/material/Button';
import { useMutation } from '@tanstack/react-query';
import { CircleCheck, CircleX, FileCheck, TriangleAlert } from 'lucide-react';
import { type DragEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { adminApi } from '../../api/access-api.ts';
import type { AuditFileVerdict } from '../../api/access-types.ts';
import { useMay } from '../../app/session.ts';
import { exactTime } from '../../ui/clock.ts';
import { Failure, Warning } from '../../ui/states.tsx';
import { AuditFileResult } from '../admin/audit-file.tsx';
import { reportsApi } from './reports-api.ts';
import type { Verdict } from './types.ts';

const FIRST_BYTES = 200;

/** Is this file what we made, unchanged? It is hashed here: the file itself does not leave the browser. */
export function VerifyFile() {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const may = useMay();
  const [over, setOver] = useState(false);
  const verify = useMutation({
    mutationFn: async (file: File) => {
      // An export of the audit log is compared line by line, on the server: it may be a part, or have grown since.
      if (may('audit:read') && (await isAuditExport(file)))
        return { name: file.name, verdict: await adminApi.verifyAuditFile(file) };
      const sha256 = await hashOf(file);
      return { name: file.name, sha256, ...(await reportsApi.verify(sha256)) };
    },
  });
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file) verify.mutate(file);
  };
  // A browser hashes only over HTTPS and on localhost.
  if (!('subtle' in crypto))
    return <Warning title={t('verify.insecure')}>{t('verify.insecureHint')}</Warning>;
  return (
    <div className="stack">
      <p className="muted prose">{t('verify.lead')}</p>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button inside does the same without a pointer */}
      <div
        className={over ? 'report-drop report-drop-over' : 'report-drop'}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <FileCheck size={20} aria-hidden="true" />
        <span className="muted grow">{t('verify.drop')}</span>
        <Button loading={verify.isPending} onClick={() => input.current?.click()}>
          {t('verify.choose')}
        </Button>
        <input
          ref={input}
          type="file"
          hidden
          aria-label={t('verify.choose')}
          onChange={(event) => {
            const [file] = event.target.files ?? [];
            if (file) verify.mutate(file);
            event.target.value = '';
          }}
        />
      </div>
      {verify.error ? <Failure error={verify.error} /> : null}
      {verify.data && !verify.isPending ? <Answer {...verify.data} /> : null}
    </div>
  );
}

function Answer(
  answer: { name: string; verdict: AuditFileVerdict } | (Verdict & { name: string; sha256: string }),
) {
  return 'verdict' in answer ? <AuditFileResult {...answer} /> : <VerdictView {...answer} />;
}

function VerdictView({ name, sha256, matches, evidence }: Verdict & { name: string; sha256: string }) {
  const { t } = useTranslation();
  const unknown = matches.length === 0 && evidence.length === 0;
  const Icon = unknown ? CircleX : matches.every(({ intact }) => intact) ? CircleCheck : TriangleAlert;
  return (
    <div className={`notice ${unknown ? 'notice-danger' : 'notice-success'}`} role="status">
      <Icon size={18} aria-hidden="true" />
      <div className="grow break">
        <p className="notice-title">
          {unknown ? t('verify.unknown', { name }) : t('verify.known', { name })}
        </p>
        {unknown ? <p className="muted">{t('verify.unknownHint')}</p> : null}
        {evidence.map(({ time, from, until }) => (
          <p key={time}>
            {t('verify.evidence', { from, until })} {exactTime(time)}
          </p>
        ))}
        {matches.map((match) => (
          <p key={`${match.report} ${match.format} ${match.redacted}`}>
            <Link to={`/reports/${encodeURIComponent(match.report)}`}>{match.title}</Link>
            {', '}
            {t(`reports.format.${match.format}`)}
            {match.redacted ? `, ${t('verify.redacted')}` : ''}
            {match.asOf === null ? '' : `, ${t('report.asOf', { time: exactTime(match.asOf) })}`}
            {match.intact ? '' : `. ${t('verify.damaged')}`}
          </p>
        ))}
        <p className="faint small">
          SHA-256{' '}
          <code translate="no" className="break">
            {sha256}
          </code>
        </p>
      </div>
    </div>
  );
}

/** By its first line: an entry with its `mac`, or the seal of a part without entries. */
async function isAuditExport(file: File): Promise<boolean> {
  const [first = ''] = (await file.slice(0, FIRST_BYTES).text()).split('\n', 1);
  return /^\{"(seq":\d+,"id":"aud_|export":"part")/.test(first);
}

async function hashOf(file: File): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
