import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams, useSearchParams } from 'react-router';
import { Page } from '../../../ui/page.tsx';
import { Loaded } from '../../../ui/states.tsx';
import { applyEdit, setTop } from '../document/edit.ts';
import { textOf, textsOf } from '../document/graph.ts';
import { parseText } from '../document/parse.ts';
import { templateQuery, workflowNamesQuery, workflowQuery } from '../queries.ts';
import { Templates } from '../templates.tsx';
import { Designer } from './designer.tsx';

const BLANK = `name: new-workflow
steps: []
`;

/** `/workflows/:name/edit` */
export function DesignerPage() {
  const { t } = useTranslation();
  const { name = '' } = useParams();
  const query = useQuery({ ...workflowQuery(name), refetchOnWindowFocus: false });
  if (query.data) return <Designer key={name} stored={query.data} source={query.data.source} />;
  return (
    <Page title={t('designer.title', { name })}>
      <Loaded query={query} rows={8}>
        {null}
      </Loaded>
    </Page>
  );
}

/** `/new-workflow`, from a template or from nothing. */
export function NewWorkflowPage() {
  const { t } = useTranslation();
  const [search] = useSearchParams();
  const template = search.get('template');
  if (template === null)
    return (
      <Page title={t('designer.newTitle')} lead={t('designer.newLead')}>
        <Templates />
      </Page>
    );
  return template === '' ? (
    <Named source={BLANK} key="blank" />
  ) : (
    <FromTemplate key={template} template={template} />
  );
}

function FromTemplate({ template }: { template: string }) {
  const { t } = useTranslation();
  const query = useQuery(templateQuery(template));
  if (query.data) return <Named source={query.data.source} />;
  return (
    <Page title={t('designer.newTitle')}>
      <Loaded query={query} rows={8}>
        {null}
      </Loaded>
    </Page>
  );
}

/** Under a name that is free. Who may not see the others gets the name of the template. */
function Named({ source }: { source: string }) {
  const names = useQuery(workflowNamesQuery);
  // Once: the name that is free now stays, whatever is published while this is open.
  const [named, setNamed] = useState<string>();
  if (named === undefined && !names.isPending)
    setNamed(
      names.data
        ? withFreeName(
            source,
            names.data.items.map(({ name }) => name),
          )
        : source,
    );
  const { t } = useTranslation();
  if (named === undefined)
    return (
      <Page title={t('designer.newTitle')}>
        <Loaded query={names} rows={8}>
          {null}
        </Loaded>
      </Page>
    );
  return <Designer stored={undefined} source={named} />;
}

function withFreeName(source: string, taken: readonly string[]): string {
  const { value } = parseText(source);
  const wanted = textOf(value?.name) || 'new-workflow';
  let name = wanted;
  for (let copy = 2; taken.includes(name); copy++) name = `${wanted}-${copy}`;
  const tags = textsOf(value?.tags).filter((tag) => tag !== 'template');
  const named = name === wanted ? source : applyEdit(source, setTop(['name'], name));
  return tags.length === textsOf(value?.tags).length
    ? named
    : applyEdit(named, setTop(['tags'], tags.length > 0 ? tags : undefined));
}
