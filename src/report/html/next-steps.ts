import { pathBelow, quotePath } from './command-line.ts';
import { countOf, formatDuration, formatRate } from './format.ts';
import { hasWorkLeft } from '../../run/resume-rows.ts';
import type { Page } from './page.ts';

const MINUTE_MS = 60_000;

export interface NextStep {
  readonly text: string;
  /** The line to type, where there is one. */
  readonly command?: string;
}

/** What to do now, in the order in which to do it. */
export function nextSteps(page: Page): readonly NextStep[] {
  if (page.context.view.refused !== undefined) return afterRefusal(page);
  return page.planOnly ? afterCheck(page) : afterRun(page);
}

function afterCheck(page: Page): readonly NextStep[] {
  const { context, states, figures } = page;
  const approve = `redcap-sweep run --approved ${quotePath(context.runDirectory)}`;
  const again: NextStep = {
    text: 'Correct these rows in the manifest, and check it again:',
    command: `redcap-sweep check ${manifestOf(context)}`,
  };
  if (states.would_delete === 0) {
    return figures.reports.error > 0
      ? [again]
      : [{ text: 'There is nothing to approve: no row names a file that is there.' }];
  }
  if (states.invalid > 0) {
    return [
      again,
      {
        text: `Or leave the ${countOf(states.invalid, 'invalid row')} out, and carry out the rest exactly as it is shown here:`,
        command: `${approve} --skip-invalid`,
      },
    ];
  }
  return [
    {
      text: `To carry out exactly what is shown here, and nothing else${durationWords(page)}:`,
      command: approve,
    },
  ];
}

function durationWords({ context, states }: Page): string {
  const { requestsPerMinute: perMinute } = context;
  if (perMinute === undefined || !Number.isFinite(perMinute)) return '';
  const minutes = Math.max(Math.ceil(states.would_delete / perMinute), 1);
  return ` (about ${formatDuration(minutes * MINUTE_MS)} of deleting, at ${formatRate(perMinute)} requests a minute)`;
}

function afterRefusal({ context, figures }: Page): readonly NextStep[] {
  const { approved } = context.view.header;
  const rows =
    figures.reports.error > 0
      ? 'Put right what is named above: error.csv holds the rows in question. Then '
      : 'Put right what is named above. Then ';
  return approved === undefined
    ? [
        {
          text: `${rows}run the manifest again:`,
          command: `redcap-sweep run ${manifestOf(context)}`,
        },
      ]
    : [
        {
          text: `${rows}check again, and have the new check approved:`,
          command: `redcap-sweep check ${manifestOf(context)}`,
        },
      ];
}

function afterRun({ context, states, figures }: Page): readonly NextStep[] {
  const { view, exitCode, runDirectory } = context;
  const directory = quotePath(runDirectory);
  const steps: NextStep[] = [];
  const open = states.unknown + states.not_attempted;
  // What was put back is left alone by resume.
  const restored = view.restores.length > 0;
  const isOpen = open > 0 || exitCode === undefined || ![0, 1].includes(exitCode);
  if (isOpen && (!restored || hasWorkLeft(view))) {
    const what =
      open > 0 && !restored
        ? `to settle the ${countOf(open, 'row')} that ${open === 1 ? 'is' : 'are'} still open`
        : 'to do what is left';
    steps.push({
      text: `${view.confirmed ? 'Finish' : 'Confirm and finish'} the run, ${what}:`,
      command: `redcap-sweep resume ${directory}`,
    });
  }
  const toMend = figures.reports.error - states.unknown;
  if (toMend > 0) {
    steps.push({
      text: `Correct the ${countOf(toMend, 'row')} that did not go through, in error.csv, and run that:`,
      command: `redcap-sweep run ${quotePath(pathBelow(runDirectory, 'error.csv'))}`,
    });
  }
  if (steps.length === 0) {
    steps.push({
      text: 'Nothing is left to do. Keep this page with the run’s folder as your record.',
    });
  }
  if (restored) {
    const last = view.restores.at(-1)?.end?.totals;
    if (last === undefined || last.refused + last.failed > 0) {
      steps.push({
        text: 'Some files were not put back, or it is not known: restore.csv has the reasons. To try these again:',
        command: `redcap-sweep restore ${directory}`,
      });
    }
  } else if (figures.counts.withBackup > 0) {
    steps.push({
      text: `Should a file be needed after all: ${countOf(figures.counts.withBackup, 'deleted file')} can be put back from the copies in the run’s folder:`,
      command: `redcap-sweep restore ${directory}`,
    });
  }
  return steps;
}

function manifestOf({ view }: Page['context']): string {
  const { name } = view.header.manifest;
  return name === '' || name === '-' ? '<manifest>' : quotePath(name);
}
