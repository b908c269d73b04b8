/** Where in the document, in words: `comments.0.severities.1` is `comments, entry 1, severities, entry 2`. */
export function placeInWords(field: string, entry: (number: number) => string): string {
  if (field === '(all)') return '';
  return field
    .split('.')
    .map((part) => (/^\d{1,6}$/.test(part) ? entry(Number(part) + 1) : part))
    .join(', ');
}
