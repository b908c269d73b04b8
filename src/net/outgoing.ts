import { readFileSync } from 'node:fs';
import { setGlobalProxyFromEnv } from 'node:http';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { SentinelError, systemCode } from '../lib/errors.ts';
import type { ProxySettings } from './proxy.ts';

/** What the configuration says about the way out. */
export interface OutgoingSettings {
  proxy?: string | undefined;
  httpsProxy?: string | undefined;
  noProxy?: string | undefined;
  proxyResolves?: boolean | undefined;
  /** PEM file with further authorities to trust. */
  caFile?: string | undefined;
}

export interface Outgoing {
  proxy: ProxySettings | undefined;
  /** The built-in authorities with those of the file; undefined without a file. */
  ca: readonly string[] | undefined;
}

/** Reads the CA file; throws `invalid-config` when it cannot be read or holds no certificate. */
export function readOutgoing(settings: OutgoingSettings): Outgoing {
  const proxy = {
    http: settings.proxy,
    https: settings.httpsProxy ?? settings.proxy,
    none: settings.noProxy,
    resolves: settings.proxyResolves,
  };
  return {
    proxy: proxy.http === undefined && proxy.https === undefined ? undefined : proxy,
    ca:
      settings.caFile === undefined
        ? undefined
        : [...getCACertificates('default'), ...readPem(settings.caFile)],
  };
}

/**
 * Everything that this process asks for itself (single sign-on, S3) goes the same way. Targets of tasks do not rely on it:
 * they are reached by `host-net` only.
 */
export function applyOutgoing({ proxy, ca }: Outgoing): void {
  if (ca) setDefaultCACertificates([...ca]);
  if (!proxy) return;
  setGlobalProxyFromEnv({
    ...(proxy.http ? { HTTP_PROXY: proxy.http } : {}),
    ...(proxy.https ? { HTTPS_PROXY: proxy.https } : {}),
    NO_PROXY: proxy.none ?? 'localhost,127.0.0.1,::1',
  });
}

function readPem(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SentinelError(
      'invalid-config',
      `net.caFile: ${file} cannot be read (${systemCode(cause) ?? 'unknown reason'}).`,
      {
        cause,
      },
    );
  }
  const found = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g);
  if (!found)
    throw new SentinelError('invalid-config', `net.caFile: ${file} holds no certificate in PEM form.`);
  return found;
}
