import { crc32, deflateRawSync, gzipSync } from 'node:zlib';

/** Small writers for tests: they also write what no honest program would. */
export interface ZipMember {
  name: string;
  bytes: Buffer;
  stored?: boolean;
  flags?: number;
  method?: number;
  /** Points to the data of another member. */
  offset?: number;
}

export function zipOf(members: readonly ZipMember[]): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const member of members) {
    const packed = member.stored ? member.bytes : deflateRawSync(member.bytes);
    const name = Buffer.from(member.name);
    const method = member.method ?? (member.stored ? 0 : 8);
    const offset = member.offset ?? at;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(method, 8);
    local.writeUInt32LE(crc32(member.bytes), 14);
    local.writeUInt32LE(packed.length, 18);
    local.writeUInt32LE(member.bytes.length, 22);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(member.flags ?? 0, 8);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(crc32(member.bytes), 16);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(member.bytes.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    central.push(entry, name);
    if (member.offset !== undefined) continue;
    parts.push(local, name, packed);
    at += 30 + name.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, directory, end]);
}

export interface TarMember {
  name: string;
  bytes?: Buffer;
  /** `0` file, `2` symbolic link, `5` folder, `x` pax header, `L` long name. */
  type?: string;
  /** The field as it stands in the header, where it is to be wrong. */
  size?: string;
}

export function tarOf(members: readonly TarMember[]): Buffer {
  const blocks = members.flatMap(({ name, bytes = Buffer.alloc(0), type = '0', size }) => {
    const header = Buffer.alloc(512);
    header.write(name.slice(0, 100), 0);
    header.write('0000644\0', 100);
    header.write(size ?? `${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('        ', 148);
    header.write(type, 156);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

export function paxRecord(key: string, value: string): Buffer {
  const tail = ` ${key}=${value}\n`;
  let length = Buffer.byteLength(tail) + 2;
  if (String(length).length + Buffer.byteLength(tail) !== length)
    length = String(length).length + Buffer.byteLength(tail);
  return Buffer.from(`${length}${tail}`);
}

export const gzip = gzipSync;
