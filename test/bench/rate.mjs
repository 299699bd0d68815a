import { writeManifest } from './rows.mjs';
import { held, times } from './table.mjs';
import { runWhole } from './whole-run.mjs';

export const title = 'the ceiling: 1,200/min, with check, verification and some 503s tried again';

const PER_SECOND = 20;
const LEAST = 0.99;

export async function measurePart(bench) {
  const { quick, stub, print } = bench;
  const forSeconds = quick ? 10 : 30;
  // Looks and further tries count in: so many rows make up about that time.
  const rows = Math.round(forSeconds * PER_SECOND * 0.93);
  const manifest = bench.place('rate.csv');
  await writeManifest(manifest, rows);
  await stub.set({ remembers: true, keepsTimes: true, faultEvery: 40, latencyMs: 20 });
  const args = ['--rate', `${PER_SECOND * 60}/min`, '--concurrency', '4'];
  await runWhole(bench, manifest, { args });
  const { requests, times: sentAt, firstAt, lastAt } = await stub.seen();
  const share = ((requests - 1) * 1000) / (lastAt - firstAt) / PER_SECOND;
  const most = busiestSecond(sentAt);
  print(
    `  ${requests} requests for ${rows} rows in ${times((lastAt - firstAt) / 1000, 1)} s, as the server saw them`,
  );
  print(`  most in any one second: ${held(most, PER_SECOND + 1, 'at most')}`);
  print(`  share of the ceiling: ${held(share, LEAST)}`);
}

function busiestSecond(sentAt) {
  let most = 0;
  let from = 0;
  for (let to = 0; to < sentAt.length; to += 1) {
    while (sentAt[to] - sentAt[from] >= 1000) from += 1;
    most = Math.max(most, to - from + 1);
  }
  return most;
}
