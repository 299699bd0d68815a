/** Kinds of trouble that a seed may bring, each to be had alone or left out. */
export interface Troubles {
  /** Designers change the project's structure. */
  readonly redesigns: boolean;
  /** Exports come from a replica that lags. */
  readonly lag: boolean;
  /** Something on the way sends a request twice, and only the second answer comes. */
  readonly doubles: boolean;
  /** Laptops sleep, and wall clocks are set back. */
  readonly sleep: boolean;
  /** A process is stopped for minutes, and another one takes its run over. */
  readonly takeovers: boolean;
  /** Somebody edits the run's copy of the manifest. */
  readonly edits: boolean;
  /** A run without trustworthy answers looks before it stops. */
  readonly looksBeforeStop: boolean;
  /** A power cut leaves a hole in the middle of the journal. */
  readonly holes: boolean;
  /** An approved check saves the files first, in sessions of its own. */
  readonly archives: boolean;
}

const LANDED: Troubles = {
  redesigns: true,
  lag: true,
  doubles: true,
  sleep: true,
  takeovers: true,
  edits: true,
  looksBeforeStop: true,
  holes: true,
  archives: true,
};

/** `SIMULATE_TROUBLES=lag,-sleep` adds the first and leaves out the second, `all` adds every one. */
export const TROUBLES: Troubles = readTroubles(process.env['SIMULATE_TROUBLES'] ?? '');

function readTroubles(text: string): Troubles {
  const asked = new Set(text.split(','));
  const on = (name: keyof Troubles): boolean =>
    (LANDED[name] || asked.has('all') || asked.has(name)) && !asked.has(`-${name}`);
  return {
    redesigns: on('redesigns'),
    lag: on('lag'),
    doubles: on('doubles'),
    sleep: on('sleep'),
    takeovers: on('takeovers'),
    edits: on('edits'),
    looksBeforeStop: on('looksBeforeStop'),
    holes: on('holes'),
    archives: on('archives'),
  };
}
