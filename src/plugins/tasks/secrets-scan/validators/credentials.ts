import { entropy } from '../../../../analysis/entropy.ts';
import type { FileFacts } from '../file-facts.ts';
import { isPlaceholder } from '../placeholder.ts';
import type { Match, Verdict } from '../rule.ts';

/** A password at a place that only passwords stand at. In settings a weak one counts too; elsewhere it is an example. */
export function passwordInPlace({ value, file }: Pick<Match, 'value' | 'file'>): Verdict {
  if (isPlaceholder(value, 'template') || NO_PASSWORD.test(value)) return false;
  if (isSettings(file)) return isPlaceholder(value, 'filler') ? false : graded(value, file);
  if (isPlaceholder(value, 'weak')) return false;
  return graded(value, file);
}

/** The word for it in its place. */
const NO_PASSWORD = /^(?:pass|passwd|password|pw|secret|token|user|xxx+)\d*$/i;

/** A password in a file that exists for passwords: anything that is no template counts. */
export function passwordOfFile({ value }: Pick<Match, 'value'>): Verdict {
  if (isPlaceholder(value, 'template')) return false;
  return isPlaceholder(value, 'weak') ? { confidence: 'medium', severity: 'medium' } : { confidence: 'high' };
}

/** The password of `scheme://user:password@host`. */
export function urlPassword({ value, groups, file }: Match): Verdict {
  const user = groups.user ?? '';
  const host = (groups.host ?? '').toLowerCase();
  if (isPlaceholder(user, 'template') && user !== '') return false;
  if ((value === user || value.length < 3) && !isSettings(file)) return false;
  if (/^(?:\d{1,5}|\*+|x-oauth-basic|anonymous|\[.*|:.*)$/i.test(value)) return false;
  const example = EXAMPLE_HOST.test(host);
  if (example && (file.kind !== 'config' || file.example || isPlaceholder(value, 'weak'))) return false;
  const local = LOCAL_HOST.test(host);
  // The default password of a service that only this machine or this composition reaches opens nothing.
  if (local && (file.kind === 'docs' || file.test || value === user || isPlaceholder(value, 'weak')))
    return false;
  const verdict = passwordInPlace({ value, file });
  if (verdict === false) return false;
  return local || example
    ? { ...verdict, confidence: 'low', severity: 'medium' }
    : { ...verdict, note: `for ${shown(host)}` };
}

/** An opaque token behind `Bearer` or the like. */
export function opaqueToken({ value, file }: Pick<Match, 'value' | 'file'>): Verdict {
  if (!/\d/.test(value) || !/[A-Za-z]/.test(value) || entropy(value) < 3.3) return false;
  if (/^[A-Za-z]+(?:[-_.][A-Za-z]+)*\d?$/.test(value) || isPlaceholder(value, 'weak')) return false;
  return file.test || file.kind === 'docs' ? { confidence: 'low', severity: 'low' } : {};
}

/** A hash can be guessed offline: worth less than the password, more than nothing. Documents show samples of them. */
export function passwordHash({ value, file }: Pick<Match, 'value' | 'file'>): Verdict {
  if (file.kind === 'docs') return false;
  if (/EXAMPLE|xxxx|\.\.\./.test(value)) return false;
  return file.test || file.kind === 'code'
    ? { confidence: 'medium', severity: 'low' }
    : { confidence: 'high' };
}

export function isSettings(file: FileFacts): boolean {
  return (file.kind === 'config' || file.kind === 'shell' || file.settings) && !file.example && !file.test;
}

const EXAMPLE_HOST =
  /(?:^|\.)example(?:\.(?:com|org|net|edu))?(?::|$)|\.(?:test|invalid|example)(?::|$)|^(?:host|hostname|server|domain|your[\w.-]*|my[-.]?(?:host|server|domain|proxy)[\w.-]*|proxy|foo|bar|user|x|a|b|somehost|site)(?:\.(?:com|org|net|local))?(?::|$)/;
const LOCAL_HOST =
  /^(?:localhost|127\.[\d.]+|0\.0\.0\.0|\[?::1\]?|host\.docker\.internal|db|database|postgres|mysql|redis|mongo|rabbitmq|mq)(?::|\.|$)/;

function graded(value: string, file: FileFacts): Exclude<Verdict, false> {
  const weak = isPlaceholder(value, 'weak') || value.length < 6 || entropy(value) < 2.3;
  if (file.test) return { confidence: 'low', severity: 'low' };
  if (file.kind === 'docs' || file.example) return { confidence: 'low', severity: 'medium' };
  return weak ? { confidence: 'low', severity: 'medium' } : {};
}

function shown(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8').slice(0, 60);
}
