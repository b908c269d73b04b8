import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';

/** Files of this folder, each a whole workflow with sample data. A test runs every one. */
export const TEMPLATES = [
  'change-check',
  'folder-audit',
  'nightly-report',
  'nightly-secrets',
  'report-gate',
  'web-application-check',
  'weekly-executive-report',
] as const;

export interface Template {
  name: string;
  description: string;
  tags: readonly string[];
  /** Names of its inputs. */
  inputs: readonly string[];
  source: string;
}

const Head = z.object({
  description: z.string(),
  tags: z.array(z.string()),
  inputs: z.record(z.string(), z.unknown()),
});

export function templates(): Template[] {
  return TEMPLATES.map((name) => read(name));
}

export function readTemplate(name: string): Template | undefined {
  const known = TEMPLATES.find((one) => one === name);
  return known && read(known);
}

function read(name: (typeof TEMPLATES)[number]): Template {
  const source = readFileSync(new URL(`${name}.yaml`, import.meta.url), 'utf8');
  const { description, tags, inputs } = Head.parse(parse(source));
  return { name, description, tags, inputs: Object.keys(inputs), source };
}
