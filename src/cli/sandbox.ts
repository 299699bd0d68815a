import { writeFile } from 'node:fs/promises';
import { readWhole } from '../config/numbers.ts';
import { SANDBOX } from '../config/options.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { parseFault } from '../sandbox/faults.ts';
import { createSandbox } from '../sandbox/handler.ts';
import { serveSandbox } from '../sandbox/serve.ts';
import type { FlagsOf } from './commands.ts';
import type { Io } from './io.ts';

/** `sandbox`: serves the stand-in until a signal ends it. */
export async function sandbox(io: Io, flags: FlagsOf<'sandbox'>): Promise<ExitCode> {
  const standIn = createSandbox({
    kind: flags.kind ?? SANDBOX.kind.default,
    records: readWhole(SANDBOX.records, flags.records),
    latencyMs: readWhole(SANDBOX.latency, flags.latency),
    seed: readWhole(SANDBOX.seed, flags.seed),
    requestsPerMinute: readWhole(SANDBOX.requestsPerMinute, flags.requestsPerMinute),
    faults: (flags.fault ?? []).map((text) => parseFault(text)),
  });
  const server = await serveSandbox(standIn, { port: readWhole(SANDBOX.port, flags.port) });
  const reports = standIn.project.design.spec.reports ?? [];
  io.stdout.write(
    `A stand-in REDCap is at ${server.url}
Its token is ${standIn.token} and is of use nowhere else.
Its reports are ${reports.map(({ id, title }) => `${id} (${title})`).join(' and ')}.
Stop it with Ctrl-C.
`,
  );
  await new Promise<void>((resolve) => {
    io.signals.onFirst(() => {
      resolve();
    });
  });
  await server.close();
  if (flags.ledger !== undefined) {
    await writeFile(flags.ledger, `${JSON.stringify(standIn.ledger, null, 1)}\n`, { mode: 0o600 });
  }
  return EXIT.ok;
}
