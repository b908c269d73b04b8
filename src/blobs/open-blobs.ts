import type { Blobs } from './blobs.ts';
import { openDiskBlobs } from './disk-blobs.ts';

export interface BlobConfig {
  /** A folder that all servers and workers share. */
  folder?: string | undefined;
  s3: {
    endpoint?: string | undefined;
    region: string;
    bucket?: string | undefined;
    prefix: string;
    /** The value, or `secret:NAME`. */
    accessKey?: string | undefined;
    secretKey?: string | undefined;
  };
}

const SECRET = /^secret:(.+)$/;

/** The folder, or the S3-compatible service of the configuration. */
export async function openBlobs(
  config: BlobConfig | undefined,
  folder: string,
  readSecret: (name: string) => Promise<string>,
): Promise<Blobs> {
  const s3 = config?.s3;
  if (s3?.endpoint === undefined) return openDiskBlobs(config?.folder ?? folder);
  const resolved = async (text = '') => {
    const name = SECRET.exec(text)?.[1];
    return name === undefined ? text : readSecret(name);
  };
  const { openS3Blobs } = await import('./s3-blobs.ts');
  return openS3Blobs({
    endpoint: s3.endpoint,
    region: s3.region,
    bucket: s3.bucket ?? '',
    prefix: s3.prefix,
    accessKey: await resolved(s3.accessKey),
    secretKey: await resolved(s3.secretKey),
  });
}
