import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AuditEntry } from '../../api/access-types.ts';
import { Badge } from '../../ui/badge.tsx';
import { exactTime } from '../../ui/clock.ts';
import { WithIds } from '../../ui/id-link.tsx';
import { When } from '../../ui/time.tsx';
import { AuditChange } from './audit-change.tsx';

const TONES = { done: 'plain', refused: 'warning', failed: 'danger' } as const;

interface AuditEntryRowProps {
  entry: AuditEntry;
  /** Of accounts by id. */
  names: ReadonlyMap<string, string>;
}

export function AuditEntryRow({ entry, names }: AuditEntryRowProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const named = (id: string) => names.get(id) ?? id;
  return (
    <li>
      <button type="button" className="audit-row" aria-expanded={open} onClick={() => setOpen(!open)}>
        <ChevronRight size={16} aria-hidden="true" className="audit-open" />
        <span className="audit-time">
          <When time={entry.time} />
        </span>
        <span className="audit-actor truncate">{named(entry.actor)}</span>
        <span className="audit-operation mono" translate="no">
          {entry.operation}
        </span>
        <span className="audit-subject truncate">{named(entry.subject)}</span>
        <span className="audit-outcome">
          <Badge tone={TONES[entry.outcome]}>{t(`audit.is.${entry.outcome}`)}</Badge>
        </span>
      </button>
      {open ? <Details entry={entry} /> : null}
    </li>
  );
}

function Details({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation();
  const facts = [
    ['number', String(entry.seq)],
    ['time', exactTime(entry.time)],
    ['actor', entry.actor],
    ['via', entry.via],
    ['address', entry.address],
    ['subject', entry.subject],
    ['project', entry.project],
    ['request', entry.request],
    ['code', entry.code ?? ''],
  ] as const;
  return (
    <div className="audit-details">
      <dl className="facts">
        {facts
          .filter(([, value]) => value !== '')
          .map(([name, value]) => (
            <div key={name} className="audit-fact">
              <dt>{t(`audit.fact.${name}`)}</dt>
              <dd className="break" translate="no">
                <WithIds text={value} />
              </dd>
            </div>
          ))}
      </dl>
      <AuditChange before={entry.before} after={entry.after} />
    </div>
  );
}
