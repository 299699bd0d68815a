export interface Ban {
  /** Counts a request of this moment; true from the request that breaks the limit on, for ever. */
  counts(nowMs: number): boolean;
}

const MINUTE_MS = 60_000;

/**
 * REDCap's rate limiter: past so many requests within a minute the address is
 * banned from every page until an administrator lifts it. 0 turns it off.
 */
export function createBan(requestsPerMinute: number): Ban {
  const recent: number[] = [];
  let next = 0;
  let banned = false;
  return {
    counts: (nowMs) => {
      if (requestsPerMinute <= 0) return false;
      const oldest = recent[next];
      if (oldest !== undefined && nowMs - oldest < MINUTE_MS) banned = true;
      recent[next] = nowMs;
      next = (next + 1) % requestsPerMinute;
      return banned;
    },
  };
}
