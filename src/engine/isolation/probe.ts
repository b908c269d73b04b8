import { spawn } from 'node:child_process';

const PROGRAM = `try { require('node:fs').readdirSync('/'); console.log('open') } catch (error) { console.log(error.code) }`;

/** Whether Node's permission model confines a child on this system. */
export function probeIsolation(): Promise<{ ok: boolean; detail: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--permission', '--no-experimental-sqlite', '-e', PROGRAM], {
      env: {},
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
    child.once('error', (error) => resolve({ ok: false, detail: error.message }));
    child.once('close', () => {
      const ok = text.trim() === 'ERR_ACCESS_DENIED';
      resolve({
        ok,
        detail: ok
          ? 'runs are confined to what their task declares'
          : `a run is not confined (${text.trim() || 'no answer'})`,
      });
    });
  });
}
