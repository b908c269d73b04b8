/** Has two runs in shared processes and says which these are; then waits to be killed, or closes the pool when told so. */
import { closePool, poolOf } from '../../src/engine/isolation/pool.ts';
import { runInProcess } from '../../src/engine/run-process.ts';

const [dataDir = '', then = 'wait'] = process.argv.slice(2);
for (let round = 0; round < 2; round += 1)
  await runInProcess(
    {
      run: 'run_test',
      task: 'cvss',
      params: { vector: 'AV:N/AC:L/Au:N/C:P/I:P/A:P', overrides: '' },
      needs: [],
      target: null,
      dataDir,
      limits: { memoryMb: 512, timeSeconds: 60 },
      signal: new AbortController().signal,
    },
    { events: async () => undefined, log: async () => undefined, artifact: async () => undefined },
  );
console.log(JSON.stringify(poolOf(dataDir).pids()));
if (then === 'close') {
  await closePool(dataDir);
  console.log('closed');
} else setInterval(() => undefined, 1_000);
