// Loaded before the program: from the moment that a file is there, its wall
// clock is eight hours on and its monotonic clock is not, as on a laptop that
// was asleep meanwhile.
import { existsSync } from 'node:fs';

const NIGHT_MS = 8 * 3_600_000;
const file = process.env['ASLEEP_SINCE'] ?? '';
const wallNow = Date.now;
let asleepMs = 0;

Date.now = () => {
  if (asleepMs === 0 && existsSync(file)) asleepMs = NIGHT_MS;
  return wallNow() + asleepMs;
};
