import { createHash, type Hash } from 'node:crypto';
import { createReadStream, type ReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '../lib/ids.ts';
import { visibleText } from '../lib/visible-text.ts';
import type { WriteContext } from '../store/store.ts';
import type { ToHost } from './isolation/messages.ts';

interface Writing {
  name: string;
  mediaType: string;
  file: FileHandle;
  path: string;
  hash: Hash;
  size: number;
}

type Message = Extract<ToHost, { type: 'artifact' | 'chunk' | 'artifact-end' }>;

export interface ArtifactOwner {
  run: string;
  project: string;
  actor: string;
  owned<T>(work: (context: WriteContext) => Promise<T>): Promise<T>;
}

/** Files that a run leaves: named by their SHA-256 in the data folder, written whole before the row that names them. */
export function createArtifactWriter(dataDir: string, owner: ArtifactOwner) {
  const folder = join(dataDir, 'blobs');
  const writings = new Map<number, Writing>();

  return async function receive(message: Message): Promise<void> {
    if (message.type === 'artifact') {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const path = join(folder, `${newId('tmp')}.part`);
      writings.set(message.id, {
        name: message.name,
        mediaType: message.mediaType,
        file: await open(path, 'wx', 0o600),
        path,
        hash: createHash('sha256'),
        size: 0,
      });
      return;
    }
    const writing = writings.get(message.id);
    if (!writing) return;
    if (message.type === 'chunk') {
      writing.hash.update(message.bytes);
      writing.size += message.bytes.length;
      await writing.file.writeFile(message.bytes);
      return;
    }
    writings.delete(message.id);
    await writing.file.sync();
    await writing.file.close();
    const sha256 = writing.hash.digest('hex');
    await rename(writing.path, join(folder, sha256));
    const artifact = newId('art');
    const name = visibleText(writing.name).replace(/[/\\]/g, '_').slice(0, 200);
    await owner.owned(async ({ tx, emit }) => {
      await tx
        .insertInto('artifact')
        .values({
          id: artifact,
          project: owner.project,
          run: owner.run,
          name,
          media_type: writing.mediaType,
          size: writing.size,
          sha256,
          blob: sha256,
          created: Date.now(),
        })
        .execute();
      emit({
        type: 'run.artifact',
        project: owner.project,
        actor: owner.actor,
        subject: artifact,
        run: owner.run,
        data: { artifact, name, size: writing.size },
      });
    });
  };
}

export function openBlob(dataDir: string, blob: string, range?: { start: number; end: number }): ReadStream {
  return createReadStream(join(dataDir, 'blobs', blob), range);
}
