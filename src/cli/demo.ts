import { fileURLToPath } from 'node:url';
import type { ExitCode } from '../exit-codes.ts';
import { demoSandboxOptions } from '../sandbox/demo.ts';
import { createSandbox } from '../sandbox/handler.ts';
import { serveSandbox } from '../sandbox/serve.ts';
import { PACKAGE } from '../version.ts';
import type { FlagsOf } from './commands.ts';
import type { Io } from './io.ts';
import { run } from './run.ts';

const MANIFEST = new URL('manifests/demo.csv', PACKAGE);

/** `demo`: the stand-in server and a real run over a bundled manifest. Touches no REDCap. */
export async function demo(io: Io, flags: FlagsOf<'demo'>): Promise<ExitCode> {
  const { reportDir, json, quiet, logLevel } = flags;
  const server = await serveSandbox(createSandbox(demoSandboxOptions));
  try {
    io.stderr.write(
      'A rehearsal: a stand-in REDCap with made-up records, and a real run against it.\nSome rows go wrong on purpose.\n\n',
    );
    const { token } = server.sandbox;
    const env = { ...io.env, REDCAP_API_URL: server.url, REDCAP_API_TOKEN: token };
    // The stand-in has no limit, so that the rehearsal need not take minutes.
    return await run({ ...io, env }, fileURLToPath(MANIFEST), {
      reportDir,
      json,
      quiet,
      logLevel,
      yes: true,
      rehearsal: true,
      rate: '100/s',
    });
  } finally {
    await server.close();
  }
}
