import { fileURLToPath } from 'node:url';
import type { AnyTask } from '../../../plugin/task.ts';
import { parseParams } from '../../params.ts';
import { paramMeta } from '../../tasks.ts';
import { openChannel } from '../channel.ts';
import type { ToChild, ToHost } from '../messages.ts';
import { spawnRun } from '../spawn.ts';

const TASKS = fileURLToPath(new URL('../../../plugins/tasks', import.meta.url));
const LIMIT_MS = 20_000;

/**
 * What V8 compiled while the packed program did the task's first example on our own files, in a process as confined as that
 * of a run: no code that has seen foreign input gets into a cache.
 */
export async function warmUp(task: AnyTask, pack: string): Promise<Uint8Array> {
  const target = task.needs.includes('read') ? `${TASKS}/${task.id}` : null;
  const child = spawnRun({ run: 'warm-up', needs: task.needs, target, memoryMb: 1024, pack });
  const channel = openChannel<ToChild, ToHost>(child.socket);
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  try {
    await channel.send({ type: 'start', task: task.id, params: exampleParams(task, target), target });
    for await (const message of channel.messages()) {
      if (message.type === 'events')
        await channel.send({ type: 'ack', upTo: message.from + message.list.length - 1 });
      if (message.type === 'call')
        await channel.send({
          type: 'refusal',
          id: message.id,
          code: 'forbidden',
          message: 'only an example',
        });
      if (message.type === 'done' || message.type === 'failed') await channel.send({ type: 'code-cache' });
      if (message.type === 'code-cache') return message.bytes;
    }
    throw new Error(`the example of ${task.id} ended early: ${(await child.exited).stderr}`);
  } finally {
    clearTimeout(limit);
    channel.close();
    child.kill('SIGKILL');
    await child.exited;
  }
}

function exampleParams(task: AnyTask, target: string | null): Record<string, unknown> {
  const params = parseParams(task, task.examples[0]?.params ?? {});
  if (target === null) return params;
  const name = Object.entries(paramMeta(task)).find(([, meta]) => meta.target)?.[0];
  return name === undefined ? params : { ...params, [name]: target };
}
