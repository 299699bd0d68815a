import { RefusedError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { completeBash } from './completion/bash.ts';
import { completeFish } from './completion/fish.ts';
import { SHELLS, type Shell } from './completion/model.ts';
import { completePowerShell } from './completion/powershell.ts';
import { completeZsh } from './completion/zsh.ts';
import type { Io } from './io.ts';

const SCRIPTS: Readonly<Record<Shell, () => string>> = {
  bash: completeBash,
  zsh: completeZsh,
  fish: completeFish,
  powershell: completePowerShell,
};

/** `completion <shell>`: prints a script made from the table of commands. Throws RefusedError for other shells. */
export function completion(io: Io, shell: string): ExitCode {
  const known = SHELLS.find((name) => name === shell);
  if (known === undefined) {
    throw new RefusedError(
      `There are no completions for ${shell}; there are for ${SHELLS.join(', ')}.`,
    );
  }
  io.stdout.write(SCRIPTS[known]());
  return EXIT.ok;
}
