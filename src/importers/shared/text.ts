/** White space folded, at most `length` characters: for titles and messages of one line. */
export function oneLine(text: string, length = 300): string {
  const plain = text
    .slice(0, length * 8)
    .replace(/\s+/g, ' ')
    .trim();
  return plain.length <= length ? plain : `${plain.slice(0, length - 1).toWellFormed()}…`;
}

/** What stands before the first full stop, for a title; the whole text when there is none. */
export function firstSentence(text: string, length = 120): string {
  const line = oneLine(text, 2000);
  const end = line.search(/[.!?](?:\s|$)/);
  return oneLine(end > 0 ? line.slice(0, end) : line, length);
}

/** The text without tags and with its entities, for tools that write HTML. It is shown as text in any case. */
export function withoutTags(html: string): string {
  return html
    .replace(/<(?:br|\/p|\/li|\/div|\/h\d)\b[^>]*>/gi, '\n')
    .replace(/<\/?[a-z][^<>]*>/gi, '')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#0?39;|&apos;/g, "'")
    .replace(/&nbsp;/g, ' ')
    .replace(/&amp;/g, '&')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** Code as part of what a finding is: other white space is the same code. */
export function codeKey(code: string): string {
  return code.replace(/\s+/g, ' ').trim();
}

/** The first of these that says something. */
export function firstText(...given: (string | null | undefined)[]): string {
  return given.find((text) => typeof text === 'string' && text.trim() !== '')?.trim() ?? '';
}
