import { hash } from 'node:crypto';
import type { Location } from '../model/location.ts';
import { SEVERITIES, type Severity } from '../model/severity.ts';
import type { ImportedFinding } from './importer.ts';

/** A tool repeats itself nearby; to remember every result of a large report would cost more memory than reading it. */
const REMEMBERED = 100_000;
/** So many findings wait for one that contradicts them before they are handed on. */
const HELD = 500;

interface Seen {
  severity: Severity;
  /** While it can still be raised. */
  held: ImportedFinding | undefined;
}

/** `again`: in every part like one before; `alike`: too, but there is no column, and one line may hold two. `contradicts`: alike but for the severity; where it is `late`, the one before is stored already. */
export type Repeat =
  | { kind: 'new' }
  | { kind: 'again' }
  | { kind: 'alike' }
  | { kind: 'contradicts'; severities: readonly [Severity, Severity]; late: boolean };

/** Tells which findings are the same as one before. Of several severities the higher counts. */
export function createRepeats() {
  let recent = new Map<string, Seen>();
  let older = new Map<string, Seen>();
  const queue: (Seen & { held: ImportedFinding })[] = [];

  function remember(name: string, seen: Seen): void {
    if (recent.size >= REMEMBERED) {
      older = recent;
      recent = new Map();
    }
    recent.set(name, seen);
  }

  function hold(finding: ImportedFinding, severity: Severity): Seen {
    const seen = { severity, held: finding };
    queue.push(seen);
    return seen;
  }

  return {
    add(finding: ImportedFinding, severity: Severity): Repeat {
      const name = hash('sha1', JSON.stringify({ ...finding, severity: null }), 'base64');
      const before = recent.get(name) ?? older.get(name);
      if (before === undefined) {
        remember(name, hold(finding, severity));
        return { kind: 'new' };
      }
      if (before.severity === severity) {
        if (isExact(finding.at)) return { kind: 'again' };
        hold(finding, severity);
        return { kind: 'alike' };
      }
      if (!isPlaced(finding.at)) {
        hold(finding, severity);
        return { kind: 'new' };
      }
      const severities = [before.severity, severity].sort(
        (a, b) => SEVERITIES.indexOf(a) - SEVERITIES.indexOf(b),
      ) as [Severity, Severity];
      const higher = severities[0] === severity;
      if (higher && before.held === undefined) {
        before.severity = severity;
        hold(finding, severity);
        return { kind: 'contradicts', severities, late: true };
      }
      if (higher) {
        before.severity = severity;
        if (before.held) before.held.severity = severity;
      }
      return { kind: 'contradicts', severities, late: false };
    },
    /** Those that have waited long enough; all of them at the end. */
    *ready(all = false): Generator<ImportedFinding> {
      const count = all ? queue.length : queue.length >= 2 * HELD ? HELD : 0;
      for (const seen of queue.splice(0, count)) {
        const { held } = seen;
        (seen as Seen).held = undefined;
        yield held;
      }
    },
  };
}

/** Two on one line whose columns the tool does not tell may be two. */
function isExact(at: Location): boolean {
  return at.kind === 'package' || ('region' in at && at.region?.startColumn !== undefined);
}

/** Of what is said of a whole file there may be several. */
function isPlaced(at: Location): boolean {
  return (
    at.kind === 'package' ||
    at.kind === 'http' ||
    at.kind === 'host' ||
    ('region' in at && at.region !== undefined)
  );
}
