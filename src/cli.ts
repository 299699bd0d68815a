#!/usr/bin/env node
import { answerAtOnce } from './cli/help.ts';

const argv = process.argv.slice(2);
const answer = answerAtOnce(argv, process.stdout.columns);
if (answer === undefined) {
  const { main } = await import('./main.ts');
  process.exitCode = await main(argv);
} else {
  // A reader that goes away is no error.
  process.stdout.on('error', () => undefined);
  process.stdout.write(answer);
}
