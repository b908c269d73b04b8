import Button from '@mui/material/Button';
import { useMutation } from '@tanstack/react-query';
import { FileUp } from 'lucide-react';
import { type ChangeEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { Badge } from '../../ui/badge.tsx';
import { Field } from '../../ui/input.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { Failure, Warning } from '../../ui/states.tsx';
import { keepDraft } from './designer/kept-draft.ts';
import { YamlEditor } from './designer/yaml-editor.tsx';
import type { Conversion } from './types.ts';
import { workflowsApi } from './workflows-api.ts';
import './workflow-page.css';

/** A workflow file of the Python SentinelX, in the shape of today, with everything that was changed. */
export function ConvertPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const chooser = useRef<HTMLInputElement>(null);
  const convert = useMutation({ mutationFn: () => workflowsApi.convert(text) });
  const read = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    if (!file) return;
    setText(await file.text());
    convert.reset();
  };
  const edit = (source: string) => {
    keepDraft('', source);
    void navigate('/new-workflow?template=');
  };
  return (
    <Page title={t('convert.title')} lead={t('convert.lead')} width="reading">
      <Field id="convert-text" label={t('convert.file')} hint={t('convert.hint')}>
        <textarea
          id="convert-text"
          className="input mono"
          rows={10}
          spellCheck={false}
          value={text}
          aria-describedby="convert-text-hint"
          onChange={(event) => {
            setText(event.target.value);
            convert.reset();
          }}
        />
      </Field>
      <div className="row wrap">
        <Button startIcon={<FileUp size={16} />} onClick={() => chooser.current?.click()}>
          {t('convert.choose')}
        </Button>
        <input
          ref={chooser}
          type="file"
          accept=".yaml,.yml,.json"
          hidden
          aria-label={t('convert.choose')}
          onChange={(event) => void read(event)}
        />
        <Button
          variant="contained"
          color="primary"
          disabled={text.trim() === ''}
          loading={convert.isPending}
          onClick={() => convert.mutate()}
        >
          {t('convert.do')}
        </Button>
      </div>
      {convert.error ? <Failure error={convert.error} /> : null}
      {convert.data ? <Converted conversion={convert.data} onEdit={edit} /> : null}
    </Page>
  );
}

function Converted({ conversion, onEdit }: { conversion: Conversion; onEdit: (source: string) => void }) {
  const { t } = useTranslation();
  const { source, report, problems, warnings } = conversion;
  return (
    <>
      {problems.length > 0 ? (
        <Warning title={t('convert.problems', { count: problems.length })}>
          <ul>
            {problems.map((problem) => (
              <li key={`${problem.field} ${problem.message}`} className="break">
                {problem.line === null ? '' : `${t('designer.line', { line: problem.line })}: `}
                {problem.message}
              </li>
            ))}
          </ul>
        </Warning>
      ) : null}
      <Section title={t('convert.report')}>
        {report.length + warnings.length === 0 ? <p className="muted">{t('convert.nothing')}</p> : null}
        <ul className="stack">
          {report.map((note) => (
            <li key={`${note.line} ${note.from} ${note.message}`} className="wf-change">
              <Badge tone={note.what === 'dropped' ? 'warning' : 'plain'}>
                {t(`convert.what.${note.what}`)}
              </Badge>
              <code className="break">
                {note.from}
                {note.to === null ? '' : ` → ${note.to}`}
              </code>
              <span className="muted small break">{note.message}</span>
            </li>
          ))}
          {warnings.map((warning) => (
            <li key={`${warning.field} ${warning.message}`} className="muted small break">
              {warning.message}
            </li>
          ))}
        </ul>
      </Section>
      {source === null ? null : (
        <Section
          title={t('convert.result')}
          aside={
            <Button variant="contained" color="primary" onClick={() => onEdit(source)}>
              {t('convert.edit')}
            </Button>
          }
        >
          <div className="card wf-source">
            <YamlEditor key={source} label={t('convert.result')} source={source} readOnly />
          </div>
        </Section>
      )}
    </>
  );
}
