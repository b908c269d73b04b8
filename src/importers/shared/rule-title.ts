/** `python.lang.unsafe-unpickling` as a title: `Unsafe unpickling`. */
export function titleOfId(id: string): string {
  const last = id.split(/[./:]/).findLast((part) => part !== '') ?? id;
  const words = last.replace(/[-_]+/g, ' ').trim() || id;
  return words.charAt(0).toUpperCase() + words.slice(1);
}
