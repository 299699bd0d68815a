// What the whole run is measured against: undici's `request` in a loop, sending the
// same bodies at the same concurrency, and nothing else.
//
//   node bare.mjs <url> <rows> <concurrency>
import { Pool } from 'undici';
import { bodyOf } from './rows.mjs';

const [url = '', rows = '0', concurrency = '16'] = process.argv.slice(2);
const { origin, pathname } = new URL(url);
const pool = new Pool(origin, { connections: Number(concurrency) });
const headers = { 'content-type': 'application/x-www-form-urlencoded' };
const last = Number(rows);
let next = 1;

async function work() {
  while (next <= last) {
    const body = bodyOf(next);
    next += 1;
    const answer = await pool.request({ path: pathname, method: 'POST', headers, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 200 || text !== '') throw new Error(`HTTP ${answer.statusCode}`);
  }
}

await Promise.all(Array.from({ length: Number(concurrency) }, work));
await pool.close();
