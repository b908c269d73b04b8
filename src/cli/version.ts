import { type GlobalOptions, VERSION } from './globals.ts';
import { print } from './print.ts';

export function versionCommand(options: GlobalOptions): void {
  const value = {
    sentinelx: VERSION,
    node: process.versions.node,
    system: `${process.platform}-${process.arch}`,
  };
  print(value, options, () => `sentinelx ${value.sentinelx} (Node ${value.node}, ${value.system})`);
}
