import { it } from 'vitest';
import { writeFileSync } from 'node:fs';
import { play } from './play.ts';
import { tell } from './seeds.ts';
it('scratch', async () => {
  const from = Number(process.env['FROM'] ?? 1),
    to = Number(process.env['TO'] ?? 200);
  const t0 = performance.now();
  let sessions = 0;
  const kinds = new Map<string, number[]>();
  for (let s = from; s < to; s++) {
    const p = await play(s);
    sessions += p.sessions;
    for (const v of new Set(
      p.violations.map((x) =>
        x
          .split('\n')[0]!
          .replace(/row \d+/g, 'row N')
          .replace(/\d+ ms/g, 'N ms')
          .replace(/\(.*\)/, '()')
          .slice(0, 140),
      ),
    )) {
      const k = kinds.get(v) ?? [];
      k.push(s);
      kinds.set(v, k);
    }
  }
  const ms = performance.now() - t0;
  let out = `${to - from} seeds, ${sessions} sessions, ${(ms / 1000).toFixed(1)} s, ${(((to - from) / ms) * 60000).toFixed(0)} a minute\n`;
  for (const [k, v] of [...kinds].sort((a, b) => b[1].length - a[1].length))
    out += `${v.length}x ${k}  [${v.slice(0, 4).join(' ')}]\n`;
  if (process.env['TELL']) out += await tell(Number(process.env['TELL']));
  writeFileSync(process.env['OUT'] ?? '/tmp/sim.out', out);
}, 1e7);
