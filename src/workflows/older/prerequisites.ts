import type { Path } from '../definition/problem.ts';
import { type Conversion, isRecord, short } from './conversion.ts';
import { type Field, fieldAt } from './read-value.ts';
import { plain } from './renamed-tasks.ts';

/** `check:` words whose target is the name of a task or a program. */
const NAMES_ONE = new Set(
  'task task_exists task_available tool tool_installed tool_available program program_exists command command_exists installed binary executable'.split(
    ' ',
  ),
);

/**
 * Tasks and programs of `prerequisites` are looked for now. Of anything else (`The VPN is up`) nobody can tell; it is named
 * and kept. Returns what is kept.
 */
export function readPrerequisites(conversion: Conversion, field: Field | null): unknown[] {
  if (!field) return [];
  const entries: unknown[] = Array.isArray(field.value) ? field.value : [field.value];
  return entries.filter((entry, index) => {
    const path = Array.isArray(field.value) ? [...field.path, index] : field.path;
    return !isChecked(conversion, entry, path);
  });
}

function isChecked(conversion: Conversion, entry: unknown, path: Path): boolean {
  const { known } = conversion;
  const name = nameOf(entry, path);
  const said = typeof entry === 'string' ? entry : JSON.stringify(entry);
  if (name === null) {
    noteUnchecked(conversion, path, said);
    return false;
  }
  const task = [name, plain(name), known.renamed(name)].find((id) => id !== undefined && known.task(id));
  if (task !== undefined) {
    const message = 'This task is there; a step that uses it is checked by itself.';
    conversion.note(path, { what: 'translated', from: said, to: null, message });
    return true;
  }
  const why = known.retired(name);
  if (why !== undefined) {
    conversion.problem(path, 'retired-task', `'${short(name)}' was left out on purpose: ${why}. Remove it.`);
    return true;
  }
  const there = known.program?.(name);
  if (there === undefined) {
    noteUnchecked(conversion, path, said);
    return false;
  }
  if (there)
    conversion.note(path, { what: 'translated', from: said, to: null, message: 'This program is there.' });
  else
    conversion.problem(
      path,
      'unknown-task',
      `There is no task and no program '${short(name)}' here. Install it, or remove the line.`,
    );
  return true;
}

/** The name of a task or program, or null when it says something else. */
function nameOf(entry: unknown, path: Path): string | null {
  if (typeof entry === 'string') return /^[A-Za-z0-9][\w.+-]*$/.test(entry.trim()) ? entry.trim() : null;
  if (!isRecord(entry)) return null;
  for (const key of ['task', 'tool', 'program', 'command']) {
    const value = fieldAt(entry, key, path)?.value;
    if (typeof value === 'string') return value;
  }
  const target = entry.target ?? entry.name;
  return typeof entry.check === 'string' && NAMES_ONE.has(entry.check) && typeof target === 'string'
    ? target
    : null;
}

function noteUnchecked(conversion: Conversion, path: Path, said: string): void {
  conversion.note(path, {
    what: 'assumed',
    from: said,
    to: 'metadata.prerequisites',
    message: 'This cannot be checked; it is kept in the metadata.',
  });
}
