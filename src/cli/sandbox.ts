import { writeFile } from 'node:fs/promises';
import { parseWhole } from '../config/numbers.ts';
import { RefusedError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { parseFault } from '../sandbox/faults.ts';
import { createSandbox } from '../sandbox/handler.ts';
import { serveSandbox } from '../sandbox/serve.ts';
import type { Io } from './io.ts';

export interface SandboxFlags {
  readonly port?: string;
  readonly records?: string;
  readonly kind?: string;
  readonly latency?: string;
  readonly fault?: readonly string[];
  readonly seed?: string;
  readonly requestsPerMinute?: string;
  readonly ledger?: string;
}

/** `sandbox`: serves the stand-in until a signal ends it. */
export async function sandbox(io: Io, flags: SandboxFlags): Promise<ExitCode> {
  const whole = (text: string | undefined, name: string, max: number, fallback: number): number =>
    text === undefined ? fallback : parseWhole(text, name, { min: 0, max });
  const { kind = 'longitudinal' } = flags;
  if (kind !== 'classic' && kind !== 'longitudinal') {
    throw new RefusedError(`--kind takes classic or longitudinal, not ${kind}.`);
  }
  const stand = createSandbox({
    kind,
    records: whole(flags.records, '--records', 100_000, 60),
    latencyMs: whole(flags.latency, '--latency', 600_000, 0),
    seed: whole(flags.seed, '--seed', 0xffff_ffff, 1),
    requestsPerMinute: whole(flags.requestsPerMinute, '--requests-per-minute', 1_000_000_000, 600),
    faults: (flags.fault ?? []).map((text) => parseFault(text)),
  });
  const server = await serveSandbox(stand, { port: whole(flags.port, '--port', 65_535, 8123) });
  io.stdout.write(
    `A stand-in REDCap is at ${server.url}\nIts token is ${stand.token} and is of use nowhere else.\nStop it with Ctrl-C.\n`,
  );
  await new Promise<void>((resolve) => {
    io.signals.onFirst(() => {
      resolve();
    });
  });
  await server.close();
  if (flags.ledger !== undefined) {
    await writeFile(flags.ledger, `${JSON.stringify(stand.ledger, null, 1)}\n`, { mode: 0o600 });
  }
  return EXIT.ok;
}
