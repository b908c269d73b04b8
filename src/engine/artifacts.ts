import { PassThrough } from 'node:stream';
import type { Blobs, StoredBlob } from '../blobs/blobs.ts';
import { nameBlob } from '../blobs/name-blob.ts';
import type { Masker } from '../findings/masker.ts';
import { newId } from '../lib/ids.ts';
import { visibleText } from '../lib/visible-text.ts';
import type { WriteContext } from '../store/store.ts';
import type { ToHost } from './isolation/messages.ts';
import { maskBytes } from './mask-bytes.ts';

interface Writing {
  name: string;
  mediaType: string;
  content: PassThrough;
  stored: Promise<StoredBlob>;
}

type Message = Extract<ToHost, { type: 'artifact' | 'chunk' | 'artifact-end' }>;

export interface ArtifactOwner {
  blobs: Blobs;
  run: string;
  project: string;
  actor: string;
  masker: Masker;
  owned<T>(work: (context: WriteContext) => Promise<T>): Promise<T>;
}

/** Files that a run leaves: in the blob store, written whole before the row that names them. */
export function createArtifactWriter(owner: ArtifactOwner) {
  const writings = new Map<number, Writing>();

  function begin({ id, name, mediaType }: Extract<Message, { type: 'artifact' }>): void {
    const content = new PassThrough();
    const stored = owner.blobs.put(maskBytes(content, owner.masker));
    // It is awaited at the end; a failure before that ends the stream, and the next chunk tells.
    stored.catch((error: unknown) => content.destroy(error instanceof Error ? error : undefined));
    content.on('error', () => undefined);
    writings.set(id, { name, mediaType, content, stored });
  }

  async function add({ content, stored }: Writing, bytes: Uint8Array): Promise<void> {
    if (content.destroyed) await stored;
    if (content.write(bytes)) return;
    await new Promise<void>((resolve) => {
      const settle = () => {
        content.off('drain', settle).off('close', settle);
        resolve();
      };
      content.on('drain', settle).on('close', settle);
    });
  }

  async function finish({ name: given, mediaType, content, stored }: Writing): Promise<void> {
    content.end();
    const blob = await stored;
    const artifact = newId('art');
    const name = owner.masker.mask(visibleText(given)).replace(/[/\\]/g, '_').slice(0, 200);
    await owner.owned(async ({ tx, emit }) => {
      await nameBlob(owner.blobs, blob.id);
      await tx
        .insertInto('artifact')
        .values({
          id: artifact,
          project: owner.project,
          run: owner.run,
          name,
          media_type: mediaType,
          size: blob.size,
          sha256: blob.sha256,
          blob: blob.id,
          created: Date.now(),
        })
        .execute();
      emit({
        type: 'run.artifact',
        project: owner.project,
        actor: owner.actor,
        subject: artifact,
        run: owner.run,
        data: { artifact, name, size: blob.size },
      });
    });
  }

  return {
    async receive(message: Message): Promise<void> {
      if (message.type === 'artifact') return begin(message);
      const writing = writings.get(message.id);
      if (!writing) return;
      if (message.type === 'chunk') return add(writing, message.bytes);
      writings.delete(message.id);
      await finish(writing);
    },
    /** When the run ends: what it did not complete leaves nothing. */
    async close(): Promise<void> {
      for (const { content, stored } of writings.values()) {
        content.destroy(new Error('The run ended before its artifact.'));
        await stored.catch(() => undefined);
      }
      writings.clear();
    },
  };
}
