import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ParsedDocument, parseDocument } from '../definition/document.ts';
import type { KnownTasks } from './conversion.ts';
import { renamed } from './renamed-tasks.ts';
import { retired } from './retired-tasks.ts';

const FOLDER = fileURLToPath(new URL('fixtures/', import.meta.url));

/** The tasks that the fixtures of older files may use. */
export const TASKS = ['cvss', 'secrets-scan', 'http-check'];
export const KNOWN: KnownTasks = { retired, renamed, task: (id) => TASKS.includes(id) };

export function fixtureNames(): string[] {
  return readdirSync(FOLDER).sort();
}

export function fixture(name: string): string {
  return readFileSync(`${FOLDER}${name}`, 'utf8');
}

export function fixtureDocument(name: string): ParsedDocument {
  return parseDocument(fixture(name));
}
