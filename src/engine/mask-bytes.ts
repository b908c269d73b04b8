import type { Masker } from '../findings/masker.ts';

/**
 * Masks the run's secrets in a stream of bytes of any encoding: what could be the beginning of a secret waits for the next
 * chunk. Latin-1 keeps every byte as it is, so that what is no text is not changed.
 */
export async function* maskBytes(
  content: AsyncIterable<Uint8Array>,
  masker: Masker,
): AsyncGenerator<Uint8Array> {
  let rest = '';
  for await (const bytes of content) {
    const reach = masker.longest() - 1;
    if (reach <= 0 && rest === '') {
      yield bytes;
      continue;
    }
    const text = rest + Buffer.from(bytes).toString('latin1');
    const { out, used } = masker.maskBinary(text, Math.max(0, text.length - reach));
    if (out !== '') yield Buffer.from(out, 'latin1');
    rest = text.slice(used);
  }
  if (rest !== '') yield Buffer.from(masker.maskBinary(rest, rest.length).out, 'latin1');
}
