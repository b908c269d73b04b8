import { ApiError, answerOf, projectHeader, remedyFor } from './client.ts';

export interface UploadOptions {
  method?: 'POST' | 'PUT';
  ifMatch?: string | undefined;
  /** Share that is sent, 0 to 1. */
  onProgress?: (share: number) => void;
  signal?: AbortSignal;
}

/** Sends one file as a form. `fetch` tells nothing of how far it is; XMLHttpRequest does. */
export async function upload<T>(path: string, file: File, options: UploadOptions = {}): Promise<T> {
  for (let tries = 0; ; tries++) {
    const { value, problem } = await sendFile<T>(path, file, options);
    if (!problem) return value as T;
    const remedy = tries < 2 ? remedyFor(problem, path) : undefined;
    if (!remedy) throw problem;
    await remedy();
  }
}

function sendFile<T>(
  path: string,
  file: File,
  { method = 'POST', ifMatch, onProgress, signal }: UploadOptions,
): Promise<{ value?: T; problem?: ApiError }> {
  return new Promise((resolve, reject) => {
    const form = new FormData();
    form.append('file', file, file.name);
    const sent = new XMLHttpRequest();
    sent.open(method, path);
    sent.setRequestHeader('accept', 'application/json');
    for (const [name, value] of Object.entries(projectHeader(path))) sent.setRequestHeader(name, value);
    if (ifMatch !== undefined) sent.setRequestHeader('if-match', ifMatch);
    sent.upload.onprogress = ({ loaded, total }) => onProgress?.(total > 0 ? loaded / total : 0);
    sent.onload = () =>
      resolve(answerOf<T>(sent.status, sent.responseText, { get: (name) => sent.getResponseHeader(name) }));
    // A server that refuses what is too large may end the connection before all is sent.
    sent.onerror = () =>
      resolve({
        problem: new ApiError({
          title: 'The server broke off, or does not answer',
          status: 0,
          code: 'no-connection',
        }),
      });
    sent.onabort = () => reject(new ApiError({ title: 'Stopped', status: 0, code: 'cancelled' }));
    signal?.addEventListener('abort', () => sent.abort());
    sent.send(form);
  });
}
