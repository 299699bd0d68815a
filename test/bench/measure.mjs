// Runs a command and says what it cost; and the arithmetic of comparing two of them.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Loaded into a Node child: writes down at its end what it used. On Linux the peak that the
 * system counts for a process begins with what its parent had: the child's own stands in /proc.
 */
const PROBE = `data:text/javascript,${encodeURIComponent(`
import { readFileSync, writeFileSync } from 'node:fs';
const peakKb = () => {
  try {
    return Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  } catch {
    return process.resourceUsage().maxRSS;
  }
};
process.on('exit', () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  writeFileSync(process.env.BENCH_PROBE, JSON.stringify({
    cpuMs: (userCPUTime + systemCPUTime) / 1000,
    rssMb: peakKb() / 1024,
  }));
});`)}`;

let probes = 0;

/**
 * Runs a command to its end: `{ wallMs, cpuMs, rssMb, code, stdout, stderr }`. CPU time and
 * peak memory come from Node children alone, and cost a child a millisecond or two.
 */
export async function measure(file, args, { cwd, env = {}, probe = true } = {}) {
  const seenBy = join(tmpdir(), `sweep-bench-${process.pid}-${(probes += 1)}.json`);
  const probing = probe ? { NODE_OPTIONS: `--import=${PROBE}`, BENCH_PROBE: seenBy } : {};
  const childrenBefore = childrenCpuMs();
  const startedAt = performance.now();
  const child = spawn(file, args, {
    cwd,
    env: { PATH: process.env.PATH, ...probing, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
  const wallMs = performance.now() - startedAt;
  const used = probe ? JSON.parse(await readFile(seenBy, 'utf8')) : {};
  if (probe) await rm(seenBy);
  return { wallMs, code, stdout, stderr, cpuMs: childrenCpuMs() - childrenBefore, ...used };
}

/** The same, and throws where it does not end well. */
export async function measureWell(file, args, options) {
  const result = await measure(file, args, options);
  if (result.code === 0) return result;
  throw new Error(`${[file, ...args].join(' ')} ended with ${result.code}:\n${result.stderr}`);
}

/** CPU time of all children that have ended, where the system tells (Linux, in steps of 10 ms). */
function childrenCpuMs() {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
    return (Number(fields[13]) + Number(fields[14])) * 10;
  } catch {
    return Number.NaN;
  }
}

export function median(values) {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Runs the contestants in turn, so many times, each round in the other order: a machine
 * that slows down meanwhile slows all of them. Gives each one's results, round by round.
 */
export async function interleave(rounds, contestants) {
  const names = Object.keys(contestants);
  const results = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? names : names.toReversed();
    for (const name of order) results[name].push(await contestants[name](round));
  }
  return results;
}

/** Median over the rounds of one contestant's figure divided by another's in the same round. */
export function ratio(ones, others, figure) {
  return median(ones.map((one, round) => figure(one) / figure(others[round])));
}
