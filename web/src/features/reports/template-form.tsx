import Button from '@mui/material/Button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { ApiError } from '../../api/client.ts';
import { useMay } from '../../app/session.ts';
import { FormFailure, problemOf } from '../../ui/field-problems.tsx';
import { Field, TextInput } from '../../ui/input.tsx';
import { SelectInput } from '../../ui/select-input.tsx';
import { toast } from '../../ui/toast.tsx';
import { reportsApi } from './reports-api.ts';
import { lineOf, TemplateEditor, type TemplateEditorHandle } from './template-editor.tsx';
import type { WholeTemplate } from './types.ts';

const BASES = ['executive', 'technical', 'compliance', 'delta'] as const;
const FIELDS = ['name', 'organisation', 'footer'];

const SAMPLE = `# {{ report.title }}

There are **{{ counts.open }}** open findings.

{% chart severity %}

{% findings_table %}
`;

/** The look of the organisation on contents that come with SentinelX, or contents of one's own. */
export function TemplateForm({
  stored,
  tag,
}: {
  stored: WholeTemplate | undefined;
  /** Of what is edited: what somebody else saved meanwhile is not overwritten. */
  tag: string | undefined;
}) {
  const { t } = useTranslation();
  const may = useMay()('report:create');
  const navigate = useNavigate();
  const client = useQueryClient();
  const editor = useRef<TemplateEditorHandle>(null);
  const [name, setName] = useState(stored?.name ?? '');
  const [base, setBase] = useState<string>(stored ? (stored.base ?? '') : 'executive');
  const [source, setSource] = useState(stored?.source || SAMPLE);
  const [organisation, setOrganisation] = useState(stored?.organisation ?? '');
  const [footer, setFooter] = useState(stored?.footer ?? '');
  const [logo, setLogo] = useState<File | null>(null);
  const [atTag] = useState(tag);
  // A logo that is refused must not make the template a second time.
  const made = useRef<WholeTemplate | undefined>(stored);
  const save = useMutation({
    mutationFn: async () => {
      const contents = {
        base: BASES.find((one) => one === base) ?? null,
        ...(base ? {} : { source }),
        organisation: organisation.trim(),
        footer: footer.trim(),
      };
      made.current = made.current
        ? await reportsApi.changeTemplate(
            made.current.id,
            contents,
            stored && made.current === stored ? atTag : undefined,
          )
        : await reportsApi.createTemplate({ name: name.trim(), ...contents });
      return logo ? reportsApi.logo(made.current.id, logo) : made.current;
    },
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: ['report-templates'] });
      toast(t('templates.saved', { name: saved.name }));
      return navigate('/report-templates');
    },
  });
  const { error } = save;
  const wrong = error instanceof ApiError && error.code === 'invalid-template' ? error.message : undefined;
  const line = wrong === undefined ? null : lineOf(wrong);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!save.isPending && may) save.mutate();
  };
  return (
    <form className="report-form" onSubmit={submit} noValidate>
      {stored ? null : (
        <TextInput
          id="template-name"
          label={t('templates.name')}
          hint={t('templates.nameHint')}
          className="mono"
          spellCheck={false}
          value={name}
          error={problemOf(error, 'name')}
          onChange={(event) => setName(event.target.value)}
        />
      )}
      <SelectInput
        id="template-base"
        label={t('templates.contents')}
        value={base}
        onChange={setBase}
        options={[
          ...BASES.map((value) => ({ value, label: t(`templates.as.${value}`) })),
          { value: '', label: t('templates.own') },
        ]}
      />
      {base ? null : (
        <div className="field">
          <span className="field-label">{t('templates.source')}</span>
          <TemplateEditor
            label={t('templates.source')}
            source={source}
            problem={wrong === undefined ? null : { line: line ?? 1, message: wrong }}
            onType={setSource}
            handle={editor}
          />
          {wrong ? (
            <p className="field-error" role="alert">
              {wrong}{' '}
              {line === null ? null : (
                <Button size="small" onClick={() => editor.current?.goTo(line)}>
                  {t('templates.toLine', { line })}
                </Button>
              )}
            </p>
          ) : null}
          <p className="field-hint">{t('templates.sourceHint')}</p>
        </div>
      )}
      <TextInput
        id="template-organisation"
        label={t('templates.organisation')}
        maxLength={100}
        value={organisation}
        error={problemOf(error, 'organisation')}
        onChange={(event) => setOrganisation(event.target.value)}
      />
      <TextInput
        id="template-footer"
        label={t('templates.footer')}
        hint={t('templates.footerHint')}
        maxLength={200}
        value={footer}
        error={problemOf(error, 'footer')}
        onChange={(event) => setFooter(event.target.value)}
      />
      <Field
        id="template-logo"
        label={t('templates.logo')}
        hint={stored?.logo ? t('templates.logoReplace') : t('templates.logoHint')}
      >
        <input
          id="template-logo"
          type="file"
          accept="image/png,image/jpeg"
          aria-describedby="template-logo-hint"
          onChange={(event) => setLogo(event.target.files?.[0] ?? null)}
        />
      </Field>
      {wrong ? null : <FormFailure error={error} fields={FIELDS} />}
      <div className="row wrap">
        <Button type="submit" variant="contained" color="primary" loading={save.isPending} disabled={!may}>
          {t('action.save')}
        </Button>
        <Button component={Link} to="/report-templates">
          {t('action.cancel')}
        </Button>
        {may ? null : <span className="muted">{t('templates.mayNot')}</span>}
      </div>
    </form>
  );
}
