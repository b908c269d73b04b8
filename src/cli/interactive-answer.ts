import { isCancel, outro } from '@clack/prompts';

/** What was answered; Ctrl-C and Escape end the program. */
export function answer<T>(value: T): Exclude<T, symbol> {
  if (!isCancel(value)) return value as Exclude<T, symbol>;
  outro('Nothing was started.');
  process.exit(130);
}
