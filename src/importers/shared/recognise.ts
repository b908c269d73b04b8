import type { ReportFormat, ReportHead } from '../importer.ts';

/** 0 … 1: the format fits and all of these stand in the head. Keys of JSON are given without quotes. */
export function hasSigns(
  head: ReportHead,
  formats: readonly ReportFormat[],
  signs: readonly string[],
  sure = 0.9,
): number {
  if (!formats.includes(head.format)) return 0;
  const { text } = head;
  const json = head.format === 'json' || head.format === 'jsonl';
  return signs.every((sign) => text.includes(json && /^[\w-]+$/.test(sign) ? `"${sign}"` : sign)) ? sure : 0;
}

/** The name of the outermost element of an XML document. */
export function rootElement(head: ReportHead): string {
  if (head.format !== 'xml') return '';
  const text = head.text.slice(0, 8192).replace(/<!--[\s\S]*?-->/g, '');
  return /<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)/.exec(text.replace(/<[?!][^>]*>/g, ''))?.[1] ?? '';
}
