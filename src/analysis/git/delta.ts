import { GitProblem } from './git-problem.ts';

/** Makes an object from its base and a delta (gitformat-pack(5), 'Deltified representation'). */
export function applyDelta(base: Buffer, delta: Buffer, maxBytes: number): Buffer {
  let at = 0;
  const size = () => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = delta[at++];
      if (byte === undefined || shift > 2 ** 49) throw broken();
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
  };
  if (size() !== base.length) throw broken();
  const total = size();
  if (total > maxBytes) throw new GitProblem('too-large', `an object has ${total} bytes`);
  const result = Buffer.allocUnsafe(total);
  let filled = 0;
  while (at < delta.length) {
    const code = delta[at++] as number;
    if (code === 0) throw broken();
    let from = base;
    let offset = at;
    let length = code;
    if (code & 0x80) {
      offset = 0;
      length = 0;
      for (let i = 0; i < 4; i++) if (code & (1 << i)) offset += (delta[at++] ?? 0) * 256 ** i;
      for (let i = 0; i < 3; i++) if (code & (0x10 << i)) length += (delta[at++] ?? 0) * 256 ** i;
      if (length === 0) length = 0x10000;
    } else {
      from = delta;
      at += length;
    }
    if (offset + length > from.length || filled + length > total) throw broken();
    from.copy(result, filled, offset, offset + length);
    filled += length;
  }
  if (filled !== total) throw broken();
  return result;
}

function broken(): GitProblem {
  return new GitProblem('broken', 'a delta is damaged');
}
