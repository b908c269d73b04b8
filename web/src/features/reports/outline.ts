export interface Heading {
  id: string;
  text: string;
  /** 2 for a chapter, 3 for what is in it. */
  level: number;
}

/** Headings stand before the data; of a larger page no more is read. */
const MOST_CHARACTERS = 3_000_000;
const MOST_HEADINGS = 200;

const HEADING = /<h([23]) id="([^"]+)">(.*?)<\/h\1>/g;
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * The headings of a report that can be gone to. Its text is read, and never made into a document here: even one that is not shown
 * would apply the styles in it.
 */
export async function readOutline(address: string, signal: AbortSignal): Promise<Heading[]> {
  const response = await fetch(address, { credentials: 'same-origin', signal });
  if (!response.ok || !response.body) return [];
  return headingsIn(await beginning(response.body));
}

export function headingsIn(page: string): Heading[] {
  const main = page.slice(page.indexOf('<main'));
  return [...main.matchAll(HEADING)].slice(0, MOST_HEADINGS).map(([, level, id = '', inner = '']) => ({
    id: plain(id),
    level: Number(level),
    text: plain(inner.replace(/<svg.*?<\/svg>|<[^>]*>/g, '')).trim() || plain(id),
  }));
}

function plain(html: string): string {
  return html.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));/gi, (whole, hex, decimal, name) =>
    name ? (ENTITIES[name] ?? whole) : (signOf(hex ? Number.parseInt(hex, 16) : Number(decimal)) ?? whole),
  );
}

function signOf(code: number): string | undefined {
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

async function beginning(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += value;
    if (text.length > MOST_CHARACTERS || value.includes('</main>')) {
      await reader.cancel();
      return text;
    }
  }
}
