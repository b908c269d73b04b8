/** One entry of a walk. `path` is relative to the target's root, with `/` between the parts. */
export interface FileEntry {
  path: string;
  size: number;
  /** Milliseconds since 1970. */
  modified: number;
}

/** What a walk met and did not enter: `symlink`, `special` (socket, device), `unreadable`, `loop`. */
export interface SkippedEntry {
  path: string;
  reason: 'symlink' | 'special' | 'unreadable' | 'loop';
  code?: string;
}

export interface WalkOptions {
  /** Where to start, relative to the root; `''` is the root. */
  below?: string;
  /** Returns false for a folder that is not to be entered. Gets the relative path. */
  enter?: (folder: string) => boolean;
  skipped?: (entry: SkippedEntry) => void;
}

/**
 * The `read` power: files below the target's root and nothing else. Real paths are resolved before anything is opened, because
 * the permission model of Node follows symbolic links out of an allowed folder. Everything is synchronous: a run is a
 * process of its own, and reads in a loop are twice as fast this way.
 */
export interface ReadFiles {
  /** Real path of the folder that relative paths start from. */
  readonly root: string;
  /** Set when the target is one file: its path relative to `root`. A walk yields only it. */
  readonly single: string | undefined;
  walk(options?: WalkOptions): Generator<FileEntry>;
  /** The entry, or undefined when there is no such regular file. */
  stat(path: string): FileEntry | undefined;
  /** Names in a folder, sorted; an empty list when it is not there. */
  list(folder: string): string[];
  /** The whole file. Throws a SentinelError `unreadable-target` or `too-large` (over `maxBytes`, 64 MiB unless told). */
  read(path: string, options?: { maxBytes?: number }): Uint8Array;
  /** Reads into `buffer` from `position`; returns the number of bytes read. */
  readInto(path: string, buffer: Uint8Array, position: number): number;
  /** A file that is read in several places: open once, read, close. */
  open(path: string): OpenFile;
}

export interface OpenFile {
  readonly size: number;
  read(buffer: Uint8Array, position: number): number;
  close(): void;
}
