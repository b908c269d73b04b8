import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import './copy-chip.css';

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Over plain HTTP beyond localhost a browser offers no clipboard.
    return false;
  }
}

function useCopy(text: string) {
  const [copied, setCopied] = useState(false);
  const copy = () =>
    void copyText(text).then((done) => {
      setCopied(done);
      setTimeout(() => setCopied(false), 1500);
    });
  return { copied, copy };
}

/** An id that can be read and copied. */
export function IdChip({ value, short }: { value: string; short?: string }) {
  const { t } = useTranslation();
  const { copied, copy } = useCopy(value);
  return (
    <button type="button" className="id-chip" onClick={copy} title={value} translate="no">
      <span>{short ?? value}</span>
      {copied ? <Check size={12} aria-hidden="true" /> : <Copy size={12} aria-hidden="true" />}
      <span className="visually-hidden">{copied ? t('action.copied') : t('action.copy')}</span>
    </button>
  );
}

export function CopyBlock({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation();
  const { copied, copy } = useCopy(text);
  return (
    <div className="copy-block">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable with the keyboard */}
      <section tabIndex={0} aria-label={label} className="copy-block-text">
        <pre translate="no">{text}</pre>
      </section>
      <button type="button" className="copy-block-button" onClick={copy}>
        {copied ? <Check size={14} aria-hidden="true" /> : <Copy size={14} aria-hidden="true" />}
        {copied ? t('action.copied') : t('action.copy')}
      </button>
    </div>
  );
}
