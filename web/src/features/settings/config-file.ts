import { answerOf, remedyFor } from '../../api/client.ts';
import { CONFIG_FILE } from '../../api/system-api.ts';

export interface ConfigFile {
  text: string;
  /** What a replacement names, so that nobody's change of meanwhile is lost. */
  tag: string | undefined;
}

/** The file with masked credentials; null when there is none. Asks for a fresh proof where the server wants one. */
export async function readConfigFile(): Promise<ConfigFile | null> {
  for (let tries = 0; ; tries++) {
    const response = await fetch(CONFIG_FILE, { credentials: 'same-origin' });
    const text = await response.text();
    if (response.ok) return { text, tag: response.headers.get('etag') ?? undefined };
    if (response.status === 404) return null;
    const { problem } = answerOf<never>(response.status, text, response.headers);
    if (!problem) return null;
    const remedy = tries < 2 ? remedyFor(problem, CONFIG_FILE) : undefined;
    if (!remedy) throw problem;
    await remedy();
  }
}

/** The browser saves it as a file. */
export function saveAs(name: string, text: string, type: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
