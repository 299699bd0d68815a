/** The most that any second saw, of times in milliseconds and in order. */
export function busiestSecond(times: readonly number[]): number {
  let most = 0;
  let from = 0;
  times.forEach((at, index) => {
    while (at - (times[from] ?? at) >= 1000) from += 1;
    most = Math.max(most, index - from + 1);
  });
  return most;
}
