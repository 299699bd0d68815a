// The stub as the benchmarks see it: its address, its settings, and what it saw.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('stub.mjs', import.meta.url));
const USUAL = { latencyMs: 0, faultEvery: 0, remembers: false, keepsTimes: false };

export async function startStub() {
  const child = fork(SCRIPT, { stdio: 'inherit' });
  const [{ port }] = await once(child, 'message');
  const ask = async (message) => {
    child.send(message);
    const [answer] = await once(child, 'message');
    return answer;
  };
  return {
    url: `http://127.0.0.1:${port}/api/`,
    /** Starts counting anew. */
    set: (settings = {}) => ask({ kind: 'set', settings: { ...USUAL, ...settings } }),
    seen: () => ask({ kind: 'seen' }),
    stop: () => child.disconnect(),
  };
}
