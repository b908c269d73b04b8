import { CHANGE_LIST, CONFIDENCE_LIST, type PageData, SEVERITY_LIST, STATUS_LIST } from '../page-data.ts';

/** The findings in columns, as filters and list use them. */
export interface Findings {
  data: PageData;
  count: number;
  severity: Uint8Array;
  status: Uint8Array;
  change: Uint8Array;
  confidence: Uint8Array;
  /** Folded; made when somebody searches for the first time, or when there is nothing else to do. */
  texts(): string[];
}

export function readData(): Findings {
  const element = document.getElementById('data');
  const data = JSON.parse(element?.textContent ?? '{}') as PageData;
  // The text is not needed any more: of a hundred thousand findings it is 30 MB.
  element?.remove();
  let texts: string[] | undefined;
  const make = () => {
    texts ??= data.place.map((place, index) =>
      `${data.titles[data.title[index] ?? 0]}\n${place}\n${data.message[index]}\n${data.rules[data.rule[index] ?? 0]?.key}\n${data.id[index]}`.toLowerCase(),
    );
    return texts;
  };
  return {
    data,
    count: data.count,
    severity: digits(data.severity),
    status: digits(data.status),
    change: digits(data.change),
    confidence: digits(data.confidence),
    texts: make,
  };
}

function digits(text: string): Uint8Array {
  const list = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) list[index] = text.charCodeAt(index) - 48;
  return list;
}

/** What can be filtered by, with the names of its values. */
export const FACETS: {
  key: string;
  title: string;
  nameOf(data: PageData, value: number): string;
  keyOf(data: PageData, value: number): string;
}[] = [
  {
    key: 'severity',
    title: 'Severity',
    nameOf: (_data, at) => capital(SEVERITY_LIST[at] ?? ''),
    keyOf: (_data, at) => SEVERITY_LIST[at] ?? '',
  },
  {
    key: 'status',
    title: 'Status',
    nameOf: (_data, at) => capital((STATUS_LIST[at] ?? '').replace('-', ' ')),
    keyOf: (_data, at) => STATUS_LIST[at] ?? '',
  },
  {
    key: 'change',
    title: 'Change',
    nameOf: (_data, at) => changeName(at),
    keyOf: (_data, at) => CHANGE_LIST[at] ?? '',
  },
  {
    key: 'confidence',
    title: 'Confidence',
    nameOf: (_data, at) => capital(CONFIDENCE_LIST[at] ?? ''),
    keyOf: (_data, at) => CONFIDENCE_LIST[at] ?? '',
  },
  {
    key: 'rule',
    title: 'Rule',
    nameOf: (data, at) => data.rules[at]?.title ?? '',
    keyOf: (data, at) => data.rules[at]?.key ?? '',
  },
  {
    key: 'asset',
    title: 'Asset',
    nameOf: (data, at) => data.assets[at] ?? '',
    keyOf: (_data, at) => String(at),
  },
];

function changeName(at: number): string {
  return (
    ['Not compared', 'New', 'Reopened', 'Changed', 'Fixed', 'No longer in the filter', 'As before'][at] ?? ''
  );
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
