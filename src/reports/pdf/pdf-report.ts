import type { Rendering } from '../render/render-format.ts';
export async function* pdfReport(_r: Rendering): AsyncGenerator<Uint8Array> {}
