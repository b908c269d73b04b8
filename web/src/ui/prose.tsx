import { Fragment } from 'react';

/** Text with `code`, **strong** words and blank lines between paragraphs, as our own texts use it. Nothing else is markup. */
export function Prose({ text, className }: { text: string; className?: string }) {
  const paragraphs = text.split(/\n\s*\n/).filter((paragraph) => paragraph.trim());
  return (
    <div className={`prose ${className ?? ''}`}>
      {paragraphs.map((paragraph, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: paragraphs have no other name and never move
        <p key={at}>
          <Inline text={paragraph} />
        </p>
      ))}
    </div>
  );
}

export function Inline({ text }: { text: string }) {
  return text.split('`').map((part, at) =>
    at % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts never move
      <code key={at} className="break">
        {part}
      </code>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts never move
      <Fragment key={at}>
        <Strong text={part} />
      </Fragment>
    ),
  );
}

function Strong({ text }: { text: string }) {
  // biome-ignore lint/suspicious/noArrayIndexKey: parts never move
  return text.split('**').map((part, at) => (at % 2 === 1 ? <strong key={at}>{part}</strong> : part));
}
