import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useKeys } from '../../app/use-keys.ts';
import { SearchField } from '../../ui/search-field.tsx';
import { facetsQuery } from './queries.ts';
import { type Suggestion, suggest } from './query-suggest.ts';
import './query-bar.css';

interface QueryBarProps {
  q: string;
  /** What the server says is wrong with the query. */
  problem?: string | undefined;
  onChange: (q: string) => void;
}

/** The query as text, with what may come next below it. */
export function QueryBar({ q, problem, onChange }: QueryBarProps) {
  const { t } = useTranslation();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(q);
  const [open, setOpen] = useState(false);
  const [cursor, setCursor] = useState(q.length);
  const [active, setActive] = useState(-1);
  const facets = useQuery({ ...facetsQuery(''), enabled: open });
  const sent = useRef<string | null>(null);
  useEffect(() => {
    // What was typed since one's own query was sent stays.
    const own = sent.current === q;
    sent.current = null;
    if (own && input.current && input.current.value.trim() !== q) return;
    setText(q);
    setOpen(false);
  }, [q]);
  useKeys({ '/': () => input.current?.select() });

  const part = suggest(text, cursor, { facets: facets.data, keyNote: (key) => t(`query.key.${key}`) });
  const shown = open ? part.suggestions : [];
  const show = () => {
    setCursor(input.current?.selectionStart ?? text.length);
    setOpen(true);
    setActive(-1);
  };
  const take = ({ text: taken, key }: Suggestion) => {
    const next = `${text.slice(0, part.from)}${taken}${key ? '' : ' '}${text.slice(part.to).trimStart()}`;
    const at = part.from + taken.length + (key ? 0 : 1);
    setText(next);
    setCursor(at);
    setActive(-1);
    setOpen(key === true);
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(at, at);
    });
  };
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    setOpen(false);
    if (text.trim() === q) return;
    sent.current = text.trim();
    onChange(text.trim());
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const chosen = shown[active];
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!open) return show();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive((at) => (shown.length === 0 ? -1 : (at + step + shown.length) % shown.length));
    } else if ((event.key === 'Enter' || event.key === 'Tab') && chosen) {
      event.preventDefault();
      take(chosen);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      if (open && shown.length > 0) return setOpen(false);
      setText(q);
      event.currentTarget.blur();
    }
  };
  return (
    <form
      onSubmit={submit}
      className="query-bar"
      onBlur={(event) => {
        if (event.currentTarget.contains(event.relatedTarget)) return;
        submit();
      }}
    >
      <SearchField
        type="text"
        className="mono"
        label={t('findings.query')}
        placeholder={t('findings.queryExample')}
        shortcut="/"
        inputRef={input}
        role="combobox"
        aria-expanded={shown.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={active >= 0 ? `${id}-${active}` : undefined}
        aria-invalid={problem ? true : undefined}
        aria-describedby={problem ? `${id}-problem` : undefined}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setCursor(event.target.selectionStart ?? event.target.value.length);
          setOpen(true);
          setActive(-1);
        }}
        onFocus={show}
        onClick={show}
        onKeyDown={onKeyDown}
      />
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={t('query.suggestions')}
        hidden={shown.length === 0}
        className="query-list"
        tabIndex={-1}
      >
        {shown.map((one, at) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field keeps the focus and takes the keys
          // biome-ignore lint/a11y/useFocusableInteractive: as above
          <div
            key={one.text}
            id={`${id}-${at}`}
            role="option"
            aria-selected={at === active}
            className="query-option"
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => take(one)}
          >
            <code translate="no">{one.text}</code>
            <span className="muted small truncate">{one.note}</span>
          </div>
        ))}
      </div>
      {problem ? (
        <p className="query-problem" id={`${id}-problem`} role="alert">
          {problem}
        </p>
      ) : null}
    </form>
  );
}
