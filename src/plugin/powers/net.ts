/** A request that the host makes for the task. Redirects are never followed: the answer shows where they lead. */
export interface HttpRequest {
  url: string;
  method?: 'GET' | 'HEAD' | 'OPTIONS';
  headers?: Record<string, string>;
  /** Milliseconds for the whole exchange; 10,000 unless told. */
  timeoutMs?: number;
  /** Bytes of the body that are kept; 1 MiB unless told. `truncated` says that there was more. */
  maxBytes?: number;
  /** Look at the answer even when the certificate is not trusted: it is the object of study. No secrets in such a request. */
  inspect?: boolean;
}

export interface HttpResponse {
  url: string;
  status: number;
  /** In the order and spelling of the wire, doubles kept. */
  headers: [name: string, value: string][];
  body: Uint8Array;
  truncated: boolean;
  remoteAddress: string;
  durationMs: number;
}

export interface TlsRequest {
  host: string;
  port?: number;
  /** Offer only this version; the host's own lower limit does not apply to this look. */
  version?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  timeoutMs?: number;
}

export interface TlsCertificate {
  subject: string;
  issuer: string;
  names: string[];
  validFrom: number;
  validTo: number;
  serial: string;
  fingerprint256: string;
  keyType: string;
  keyBits: number | null;
  signatureAlgorithm: string | null;
  selfSigned: boolean;
}

export interface TlsAnswer {
  protocol: string;
  cipher: string;
  /** True when the chain leads to a trusted root and the name fits. */
  trusted: boolean;
  /** Why it is not trusted: `CERT_HAS_EXPIRED`, `DEPTH_ZERO_SELF_SIGNED_CERT`, `ERR_TLS_CERT_ALTNAME_INVALID` … */
  trustError: string | null;
  chain: TlsCertificate[];
}

/**
 * The `net` power, served by the host: authorised scope, guard against private addresses, rate limit and pinned name
 * resolution live outside the task's process. Both methods throw a SentinelError: `out-of-scope`, `target-unreachable`.
 */
export interface Net {
  http(request: HttpRequest): Promise<HttpResponse>;
  /**
   * Null when the other side does not speak the version that was offered. Throws `unsupported` when the host's own OpenSSL
   * cannot offer that version: then it is unknown.
   */
  tls(request: TlsRequest): Promise<TlsAnswer | null>;
}
