import { hash } from 'node:crypto';
import * as z from 'zod';
import { severityOfWord } from '../severity-words.ts';
import { LEVELS } from './rules.ts';

/** Beyond these, ids are not remembered. */
const MAX_IDS = 200_000;

const Any = z.unknown().optional();
const Place = z.object({ physicalLocation: z.object({ region: z.object({ startLine: Any }) }) });
const Raw = z.object({
  guid: Any,
  ruleId: Any,
  level: Any,
  message: Any,
  locations: z.tuple([Place]).rest(z.unknown()).optional().catch(undefined),
});

/** `again`: the very same result under the very same guid. `odd`: what a result says against the standard and is taken nevertheless, as what. */
export function createOddities() {
  const ids = new Map<string, string>();
  return (value: unknown): { again: boolean; odd: string[] } => {
    const raw = Raw.safeParse(value).data;
    if (!raw) return { again: false, odd: [] };
    const found: string[] = [];
    if (typeof raw.guid === 'string') {
      const content = hash('sha1', JSON.stringify(value), 'base64');
      const before = ids.get(raw.guid);
      if (before === content) return { again: true, odd: [] };
      if (ids.has(raw.guid))
        found.push('Its guid is that of a result before it: both are read, and told apart by what they say.');
      else if (ids.size < MAX_IDS) ids.set(raw.guid, content);
    }
    if (raw.ruleId !== undefined && typeof raw.ruleId !== 'string')
      found.push(
        typeof raw.ruleId === 'number'
          ? 'The ruleId is a number: it is taken as a text.'
          : 'The ruleId is no text: it is not used.',
      );
    if (typeof raw.message === 'string')
      found.push('The message is a text and not an object with one: it is taken.');
    if (typeof raw.level === 'string' && !Object.hasOwn(LEVELS, raw.level)) {
      const severity = severityOfWord(raw.level);
      found.push(
        `The level '${raw.level.slice(0, 40)}' is none of SARIF: ${severity ?? 'medium'} is taken, unless the rule has a score.`,
      );
    } else if (raw.level !== undefined && typeof raw.level !== 'string')
      found.push('The level is no text: that of its rule is taken.');
    const line = raw.locations?.[0].physicalLocation.region.startLine;
    if (line !== undefined && !(typeof line === 'number' && Number.isSafeInteger(line) && line >= 1))
      found.push('The startLine is no number of a line (from 1): the place is the whole file.');
    return { again: false, odd: found };
  };
}
