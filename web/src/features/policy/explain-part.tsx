import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleDashed, CircleHelp, CircleMinus } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Badge } from '../../ui/badge.tsx';
import { TextInput } from '../../ui/input.tsx';
import { Loaded } from '../../ui/states.tsx';
import { policyApi } from './policy-api.ts';
import type { Explanation, Policy } from './types.ts';

interface ExplainPartProps {
  source: string | undefined;
  stored: Policy | null;
  finding: string;
  onFinding: (finding: string) => void;
  onLine: (line: number) => void;
}

/** What each rule says about one finding, and why the others say nothing. */
export function ExplainPart({ source, stored, finding, onFinding, onLine }: ExplainPartProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(finding);
  const query = useQuery({
    queryKey: ['policy', 'explain', finding, source ?? stored?.revision ?? 0],
    queryFn: () => policyApi.explain(finding, source),
    enabled: finding !== '',
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onFinding(idIn(typed));
  };
  return (
    <div className="stack">
      <p className="muted prose">{source === undefined ? t('explain.lead') : t('explain.leadDraft')}</p>
      <form className="policy-ask" onSubmit={submit}>
        <TextInput
          id="explain-finding"
          label={t('explain.finding')}
          placeholder={t('explain.findingHint')}
          className="mono"
          spellCheck={false}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <Button type="submit" variant="contained" color="primary" disabled={typed.trim() === ''}>
          {t('explain.explain')}
        </Button>
      </form>
      {finding === '' ? null : (
        <Loaded query={query} rows={5}>
          <p>
            <Link to={`/findings/${encodeURIComponent(finding)}`}>{t('explain.open')}</Link>
          </p>
          {query.data?.rules.length === 0 ? <p className="muted">{t('explain.noRules')}</p> : null}
          <ul className="card policy-explained">
            {(query.data?.rules ?? []).map((rule) => (
              <RuleRow key={`${rule.section} ${rule.line} ${rule.rule}`} rule={rule} onLine={onLine} />
            ))}
          </ul>
        </Loaded>
      )}
    </div>
  );
}

const ICONS = {
  decided: CircleCheck,
  fits: CircleDashed,
  'does-not-fit': CircleMinus,
  unknown: CircleHelp,
};

function RuleRow({ rule, onLine }: { rule: Explanation['rules'][number]; onLine: (line: number) => void }) {
  const { t } = useTranslation();
  const Icon = ICONS[rule.outcome];
  return (
    <li>
      <p className="row wrap">
        <Icon size={16} aria-hidden="true" />
        <strong className="break">{rule.rule}</strong>
        <Badge>{t(`explain.section.${rule.section}`)}</Badge>
        <Badge tone={rule.outcome === 'decided' ? 'accent' : 'plain'}>
          {t(`explain.outcome.${rule.outcome}`)}
        </Badge>
        <Button size="small" onClick={() => onLine(rule.line)}>
          {t('policy.line', { line: rule.line })}
        </Button>
      </p>
      <p className="muted break">{rule.why}</p>
    </li>
  );
}

/** An id, or the address of its page. */
function idIn(text: string): string {
  return /\bfnd_[0-9A-Za-z-]+/.exec(text)?.[0] ?? text.trim();
}
