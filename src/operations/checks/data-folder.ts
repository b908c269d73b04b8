import { accessSync, constants, existsSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemCode } from '../../lib/errors.ts';
import { type Check, fail, ok, warn } from './check.ts';

/** File systems on which SQLite's locks and shared memory cannot be trusted (statfs(2) magic numbers). */
const NETWORK = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x01021997, '9P'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
]);
/** Sshfs and such are FUSE, and so are harmless local ones. */
const FUSE = 0x65735546;
const LOW_BYTES = 1024 ** 3;
const NONE_BYTES = 50 * 1024 ** 2;

/** Folder, rights, file system and space. Nothing is made that was not there. */
export function checkDataFolder(folder: string): Check[] {
  const there = existsSync(folder);
  const nearest = there ? folder : firstExisting(folder);
  return [...checkWritable(folder, nearest, there), ...checkFileSystem(nearest)];
}

function checkWritable(folder: string, nearest: string, there: boolean): Check[] {
  const advice = 'Give this user the right to write there, or set SENTINELX_DATA_DIR to another folder.';
  try {
    if (there && !statSync(folder).isDirectory())
      return [fail('data folder', `${folder} is not a folder`, advice)];
    if (there) {
      const probe = join(folder, `.probe-${process.pid}`);
      writeFileSync(probe, '');
      rmSync(probe);
    } else accessSync(nearest, constants.W_OK);
  } catch (error) {
    return [
      fail('data folder', `${folder} cannot be written (${systemCode(error) ?? 'unknown reason'})`, advice),
    ];
  }
  if (!there) return [ok('data folder', `${folder} will be made at first use`)];
  const open = (statSync(folder).mode & 0o077) !== 0;
  return [
    open
      ? warn('data folder', `${folder} can be read by other users of this machine`, `chmod 700 ${folder}`)
      : ok('data folder', folder),
  ];
}

function checkFileSystem(folder: string): Check[] {
  const info = statfsSync(folder);
  const network = NETWORK.get(info.type);
  const free = info.bavail * info.bsize;
  const space = `${free < 10 * LOW_BYTES ? (free / LOW_BYTES).toFixed(1) : Math.round(free / LOW_BYTES)} GB free`;
  const advice = 'Free some space, or set SENTINELX_DATA_DIR to another disk.';
  return [
    network
      ? fail(
          'file system',
          `${network} is a network file system: the database would be damaged`,
          'Set SENTINELX_DATA_DIR to a local disk, or use PostgreSQL.',
        )
      : info.type === FUSE
        ? warn(
            'file system',
            'FUSE: safe only when it is a local disk',
            'Set SENTINELX_DATA_DIR to a local disk when it is not.',
          )
        : ok('file system', 'local'),
    free < NONE_BYTES
      ? fail('disk space', space, advice)
      : free < LOW_BYTES
        ? warn('disk space', space, advice)
        : ok('disk space', space),
  ];
}

function firstExisting(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : firstExisting(dirname(path));
}
