/**
 * Until a deletion of this command had a trustworthy answer, deletions go out
 * one at a time: a wrong token must not send a whole pool of requests.
 */
export interface Trust {
  readonly earned: boolean;
  earn(): void;
}

export function createTrust(onEarned: () => void): Trust {
  let earned = false;
  return {
    get earned() {
      return earned;
    },
    earn() {
      if (earned) return;
      earned = true;
      onEarned();
    },
  };
}
