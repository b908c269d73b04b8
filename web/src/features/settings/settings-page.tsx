import Button from '@mui/material/Button';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Download, SlidersHorizontal } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import type { Setting } from '../../api/system-api.ts';
import { useMay } from '../../app/session.ts';
import { useKeys } from '../../app/use-keys.ts';
import { Badge } from '../../ui/badge.tsx';
import { Facet } from '../../ui/facet.tsx';
import { Section } from '../../ui/page.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { Empty, Failure, Loaded } from '../../ui/states.tsx';
import { readConfigFile, saveAs } from './config-file.ts';
import { ConfigUpload } from './config-upload.tsx';
import { ORIGINS, readOrigin } from './origin.ts';
import { settingsQuery } from './queries.ts';
import './settings.css';

/** Every value that the server runs with, and where it comes from. What a variable sets cannot be changed by the file. */
export function SettingsPage() {
  const { t } = useTranslation();
  const may = useMay();
  const query = useQuery(settingsQuery);
  const [search, setSearch] = useSearchParams();
  const input = useRef<HTMLInputElement>(null);
  const download = useMutation({
    mutationFn: async () => {
      const file = await readConfigFile();
      if (file) saveAs('config.yaml', file.text, 'application/yaml');
    },
  });
  useKeys({ '/': () => input.current?.focus() });
  const words = search.get('q') ?? '';
  const origins = (search.get('origin') ?? '').split(',').filter(Boolean);
  const set = (key: string, value: string) => {
    const next = new URLSearchParams(search);
    if (value) next.set(key, value);
    else next.delete(key);
    setSearch(next, { replace: true });
  };
  const shown = (query.data?.items ?? []).filter(
    (item) => fits(item, words) && (origins.length === 0 || origins.includes(readOrigin(item.origin).kind)),
  );
  return (
    <Section
      title={t('settings.title')}
      aside={
        query.data?.file ? (
          <Button
            startIcon={<Download size={16} />}
            loading={download.isPending}
            loadingPosition="start"
            onClick={() => download.mutate()}
          >
            {t('settings.download')}
          </Button>
        ) : undefined
      }
    >
      <p className="muted prose">
        {query.data?.file ? t('settings.lead', { file: query.data.file }) : t('settings.leadNoFile')}
      </p>
      {download.isError ? <Failure error={download.error} /> : null}
      {may('config:write') ? <ConfigUpload /> : null}
      <div className="settings-filter">
        <SearchField
          type="search"
          label={t('settings.search')}
          shortcut="/"
          inputRef={input}
          value={words}
          onChange={(event) => set('q', event.target.value)}
        />
        <Facet
          label={t('settings.origin')}
          options={ORIGINS.map((value) => ({ value, label: t(`settings.from.${value}`) }))}
          chosen={origins}
          onChange={(values) => set('origin', values.join(','))}
        />
      </div>
      <Loaded query={query}>
        {shown.length === 0 ? (
          <Empty
            title={t('settings.noneFit')}
            icon={<SlidersHorizontal size={22} />}
            action={<Button onClick={() => setSearch({}, { replace: true })}>{t('settings.showAll')}</Button>}
          />
        ) : (
          [...Map.groupBy(shown, (item) => groupOf(item.key))].map(([group, items]) => (
            <SettingGroup key={group} group={group} items={items} />
          ))
        )}
      </Loaded>
    </Section>
  );
}

function SettingGroup({ group, items }: { group: string; items: readonly Setting[] }) {
  const { t } = useTranslation();
  const title = group === '' ? t('settings.general') : group;
  return (
    <section aria-label={title}>
      <h3 className="settings-group" translate={group === '' ? undefined : 'no'}>
        {title}
      </h3>
      <dl className="settings card">
        {items.map((item) => (
          <div key={item.key}>
            <dt className="mono break" translate="no">
              {item.key}
            </dt>
            <dd className="settings-value">
              <SettingValue value={item.value} />
            </dd>
            <dd className="settings-origin">
              <SettingOrigin text={item.origin} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Not set, empty and a value are three things. */
function SettingValue({ value }: { value: unknown }) {
  const { t } = useTranslation();
  if (value === null || value === undefined) return <span className="faint">{t('settings.notSet')}</span>;
  if (typeof value === 'boolean') return <>{t(value ? 'value.yes' : 'value.no')}</>;
  if (isEmpty(value)) return <span className="faint">{t('value.empty')}</span>;
  const text = Array.isArray(value) ? value.map(oneLine).join(', ') : oneLine(value);
  return (
    <span className="mono break" translate="no">
      {text}
    </span>
  );
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' ? Object.keys(value ?? {}).length === 0 : value === '';
}

function oneLine(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function SettingOrigin({ text }: { text: string }) {
  const { t } = useTranslation();
  const origin = readOrigin(text);
  return (
    <>
      <Badge tone={origin.kind === 'default' ? 'plain' : 'accent'}>{t(`settings.from.${origin.kind}`)}</Badge>
      {origin.kind === 'default' ? null : (
        <span className="faint small mono break" translate="no" title={text}>
          {origin.name}
        </span>
      )}
    </>
  );
}

function groupOf(key: string): string {
  return key.includes('.') ? (key.split('.')[0] ?? '') : '';
}

function fits(item: Setting, words: string): boolean {
  const text = `${item.key} ${JSON.stringify(item.value)} ${item.origin}`.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
