import { fileURLToPath } from 'node:url';
import { type GlobalOptions, VERSION } from './globals.ts';
import { print } from './print.ts';

/** The product and its lock file. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export async function versionCommand(options: GlobalOptions & { sbom?: boolean }): Promise<void> {
  if (options.sbom) {
    const { cyclonedx } = await import('./sbom/cyclonedx.ts');
    const { readInstalled } = await import('./sbom/lock.ts');
    const { WEB_LIBRARIES } = await import('./sbom/web-libraries.ts');
    return print(cyclonedx(readInstalled(ROOT, WEB_LIBRARIES)), { ...options, format: 'json' }, () => '');
  }
  const value = {
    sentinelx: VERSION,
    node: process.versions.node,
    system: `${process.platform}-${process.arch}`,
  };
  print(value, options, () => `sentinelx ${value.sentinelx} (Node ${value.node}, ${value.system})`);
}
