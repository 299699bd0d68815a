import type { ConnectFailure } from './connect-failure.ts';

/**
 * Who may ask the proxy for a tunnel. Until it has granted one, only one at a
 * time: a wrong password is tried once, and not by every connection of a
 * command. Once it has refused one, nobody any more, for as long as the
 * command lives.
 */
export interface Admission {
  /** Resolves when it is the caller's turn, to what must be told how asking ended. Throws as `check` does. */
  enter(): Promise<(failure?: ConnectFailure) => void>;
  /** Throws the refusal that another one has met. */
  check(): void;
}

export function createAdmission(): Admission {
  let granted = false;
  let refusal: ConnectFailure | undefined;
  let first: Promise<void> | undefined;

  const check = (): void => {
    if (refusal !== undefined) throw refusal;
  };

  return {
    check,
    async enter() {
      while (!granted && first !== undefined) await first;
      check();
      let done: () => void = () => undefined;
      const mine = new Promise<void>((resolve) => {
        done = resolve;
      });
      if (!granted) first = mine;
      return (failure) => {
        if (failure === undefined) granted = true;
        else if (failure.code === 'proxy') refusal ??= failure;
        if (first === mine) first = undefined;
        done();
      };
    },
  };
}
