/** Places under `--limit`: a row takes one, and gives it back where it was not sent. */
export interface Tickets {
  take(): boolean;
  giveBack(sent: boolean): void;
  /** Every place went to a row that was sent. */
  readonly spent: boolean;
}

export function createTickets(limit: number | undefined): Tickets {
  let taken = 0;
  let sent = 0;
  return {
    take() {
      if (limit !== undefined && taken + sent >= limit) return false;
      taken += 1;
      return true;
    },
    giveBack(wasSent) {
      taken -= 1;
      if (wasSent) sent += 1;
    },
    get spent() {
      return limit !== undefined && sent >= limit;
    },
  };
}
