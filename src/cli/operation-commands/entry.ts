import { readFileSync } from 'node:fs';

export const FIELD_TYPES = ['text', 'number', 'boolean', 'enum', 'list', 'yaml'] as const;

/** One value that an operation takes. */
export interface Field {
  name: string;
  in: 'path' | 'query' | 'body';
  /** Name of the flag or of the argument: `expires-in-days`, `user`. */
  flag: string;
  type: (typeof FIELD_TYPES)[number];
  required: boolean;
  /** The word null takes away what is set. */
  nullable?: boolean;
  /** Of an enum, or of the items of a list. */
  values?: string[];
  default?: unknown;
  example?: string;
  description?: string;
  /** Stands on the command line without a flag, after the path parameters. */
  positional?: boolean;
  /** Never on the command line: a prompt or the standard input. */
  secret?: boolean;
}

/** What the command line must know of an operation to offer it; made from the declaration by `npm run generate`. */
export interface OperationEntry {
  operation: string;
  /** `user add`; without the flag that chooses. */
  command: string;
  /** `token list --mine` and `token list` are two operations of one command. */
  choose?: string;
  summary: string;
  method: string;
  path: string;
  permission: string;
  sensitive?: boolean;
  fields: Field[];
  /** The body takes more than its flags say. */
  body?: boolean;
  paged?: boolean;
  list?: boolean;
  download?: boolean;
  upload?: boolean;
}

let entries: OperationEntry[] | undefined;

/** Read from the generated file: help and completion must not load schemas and everything behind them. */
export function operationEntries(): OperationEntry[] {
  entries ??= JSON.parse(readFileSync(new URL('commands.json', import.meta.url), 'utf8')) as OperationEntry[];
  return entries;
}
