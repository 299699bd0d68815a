import { aboutDuration, count, countOf, rateWords } from './counts.ts';
import type { ArchiveFacts, Facts } from './facts.ts';
import { pathBelow, quotePath } from './quote.ts';

const MINUTE_MS = 60_000;

export interface NextStep {
  readonly text: string;
  /** The line to type, where there is one. */
  readonly command?: string;
}

/**
 * What to do now, in the order in which to do it: the same on the screen and
 * on the page. Each command is one that works as it stands.
 */
export function nextSteps(facts: Facts): readonly NextStep[] {
  if (facts.refused !== undefined) return afterRefusal(facts);
  if (facts.archive !== undefined && facts.archive.left > 0)
    return [goOnSaving(facts.archive, facts)];
  if (facts.planOnly) return afterCheck(facts);
  // The stand-in is gone with the command: no resume, and no other server, goes with its rows.
  return facts.rehearsal ? [OWN_LIST] : afterRun(facts);
}

const OWN_LIST: NextStep = {
  text: 'This was a rehearsal on made-up records. Now rehearse with your own list: a check looks at your project and deletes nothing.',
  command: 'redcap-sweep check <manifest>',
};

function goOnSaving({ left }: ArchiveFacts, { directory }: Facts): NextStep {
  return {
    text: `Save the ${countOf(left, 'file')} that ${left === 1 ? 'is' : 'are'} left; nothing is deleted:`,
    command: `redcap-sweep resume ${quotePath(directory)}`,
  };
}

/** Files that could not be saved are left out of any run of this check, and can be saved by one of their own. */
function trySavingAgain({ failed }: ArchiveFacts, facts: Facts): readonly NextStep[] {
  if (failed === 0) return [];
  const errorFile = quotePath(pathBelow(facts.directory, facts.errorFile));
  return [
    {
      text: `${countOf(failed, 'file')} could not be saved, and ${failed === 1 ? 'is' : 'are'} left out of a run of this check. To try again, with an archive of their own:`,
      command: `redcap-sweep check ${errorFile} --backup${readingFlags(facts)}`,
    },
  ];
}

function afterCheck(facts: Facts): readonly NextStep[] {
  const steps = afterPlan(facts);
  return facts.archive === undefined ? steps : [...steps, ...trySavingAgain(facts.archive, facts)];
}

function afterPlan(facts: Facts): readonly NextStep[] {
  const { states, errors, changed, directory } = facts;
  const approve = `redcap-sweep run --approved ${quotePath(directory)}`;
  const again = onManifest(
    facts,
    'check',
    'Correct these rows in the manifest, and check it again',
  );
  if (states.would_delete === 0) {
    return errors > 0
      ? [again]
      : [{ text: 'There is nothing to approve: no row names a file that is there.' }];
  }
  const broken = states.invalid + changed;
  if (broken > 0) {
    return [
      again,
      {
        text: `Or leave ${broken === 1 ? 'that row' : `these ${count(broken)} rows`} out, and carry out the rest exactly as it is shown here:`,
        command: `${approve} --skip-invalid`,
      },
    ];
  }
  return [
    {
      text: `To carry out exactly what is shown here, and nothing else${durationWords(facts)}:`,
      command: approve,
    },
  ];
}

function durationWords({ perMinute, states, archive }: Facts): string {
  if (perMinute === undefined || !Number.isFinite(perMinute)) return '';
  // What an archive holds is exported once more before it is deleted.
  const each = archive === undefined ? 1 : 2;
  const ms = ((states.would_delete * each) / perMinute) * MINUTE_MS;
  return ` (about ${aboutDuration(ms)} of deleting, at ${rateWords(perMinute)} requests a minute)`;
}

/** The rows of a refused run stand in the manifest; where the project changed, only a new check can be approved. */
function afterRefusal(facts: Facts): readonly NextStep[] {
  const { approved, changed, errors } = facts;
  if (approved) {
    const text =
      changed > 0
        ? `What was approved is not what is there any more (error.csv has ${countOf(changed, 'row')} that changed). Check again, and have the new check approved`
        : `Correct ${countOf(facts.states.invalid, 'invalid row')} that error.csv names, in the manifest, check it again, and have the new check approved`;
    return [onManifest(facts, 'check', text)];
  }
  return [
    onManifest(
      facts,
      'run',
      `Correct the ${countOf(errors, 'row')} that error.csv names, in the manifest, and run it again`,
    ),
  ];
}

function afterRun(facts: Facts): readonly NextStep[] {
  const { states, exitCode, errors, changed, confirmed, restored, workLeft } = facts;
  const { withBackup, inArchive } = facts;
  const directory = quotePath(facts.directory);
  const steps: NextStep[] = [];
  const anew = startAnew(facts);
  const open = states.unknown + states.not_attempted;
  const isOpen = open > 0 || exitCode === undefined || ![0, 1].includes(exitCode);
  // What was put back is left alone by resume.
  if (isOpen && (restored === undefined || workLeft)) {
    const what =
      open > 0 && restored === undefined
        ? `to settle the ${countOf(open, 'row')} that ${open === 1 ? 'is' : 'are'} still open`
        : 'to do what is left';
    steps.push({
      text: `${confirmed ? 'Finish' : 'Confirm and finish'} the run${anew.length > 0 ? ', with the same token and address' : ''}, ${what}:`,
      command: `redcap-sweep resume ${directory}`,
    });
  }
  steps.push(...anew);
  const errorFile = quotePath(pathBelow(facts.directory, facts.errorFile));
  const left = errors - states.unknown;
  // Run as it stands, it would delete what nobody has reviewed.
  const unreviewed = changed > 0 ? changed : facts.approved ? states.guard_mismatch : 0;
  if (unreviewed > 0) {
    steps.push({
      text: `${
        changed > 0
          ? `${countOf(unreviewed, 'row is', 'rows are')} no longer what the check saw`
          : `${countOf(unreviewed, 'row does', 'rows do')} not have the file that was expected`
      }: check ${facts.errorFile}, and have the new check approved:`,
      command: `redcap-sweep check ${errorFile}${archiveFlag(facts)}${readingFlags(facts)}`,
    });
  } else if (left > 0 && facts.ofArchive) {
    // Run as it stands, it would delete what no archive holds.
    steps.push({
      text: `${countOf(left, 'row')} did not go through, and ${facts.errorFile} says why. To save and check what is there now:`,
      command: `redcap-sweep check ${errorFile} --backup${readingFlags(facts)}`,
    });
  } else if (left > 0) {
    steps.push({
      text: `Correct the ${countOf(left, 'row')} that did not go through, in ${facts.errorFile}, and run that:`,
      command: `redcap-sweep run ${errorFile}${readingFlags(facts)}${guardFlags(facts)}`,
    });
  }
  if (steps.length === 0) {
    steps.push({
      text: 'Nothing is left to do. Keep the run’s folder, with its report.html, with the documents of the study.',
    });
  }
  if (restored?.incomplete === true) {
    steps.push({
      text: 'Some files were not put back, or it is not known: restore.csv has the reasons. To try these again:',
      command: `redcap-sweep restore ${directory}`,
    });
  } else if (restored === undefined && withBackup + inArchive > 0) {
    const where =
      inArchive === 0
        ? 'the copies in the run’s folder'
        : `the archive of the check${withBackup > 0 ? ' and the copies in the run’s folder' : ''}`;
    steps.push({
      text: `Should a file be needed after all: ${countOf(withBackup + inArchive, 'deleted file')} can be put back from ${where}:`,
      command: `redcap-sweep restore ${directory}`,
    });
  }
  return steps;
}

/**
 * Without a check nobody has seen that address and token are right, and `resume`
 * takes no others: where one of these was the mistake, it is no way on.
 */
function startAnew(facts: Facts): readonly NextStep[] {
  const { stop, states, checked } = facts;
  if (checked || states.deleted + states.already_empty + states.unknown > 0) return [];
  if (stop?.code !== 'wrong_address' && stop?.code !== 'rejected_token') return [];
  const what = stop.code === 'wrong_address' ? 'address (--url)' : 'token';
  return [
    {
      text: `Nothing was deleted. If the ${what} was a mistake, start anew with the right one, as resume takes no other:`,
      command: `${commandOn(facts, 'run')}${guardFlags(facts)}`,
    },
  ];
}

/** The same command over the manifest under its own name, or over the list that was piped in. */
function onManifest(facts: Facts, verb: 'check' | 'run', text: string): NextStep {
  const isPiped = facts.manifest === '-';
  return {
    text: isPiped ? `${text}: pipe the corrected list in.` : `${text}:`,
    command: `${commandOn(facts, verb)}${verb === 'run' ? guardFlags(facts) : archiveFlag(facts)}`,
  };
}

/** Who had the files saved first wants that of the next check as well. */
function archiveFlag({ archive, ofArchive }: Facts): string {
  return archive !== undefined || ofArchive ? ' --backup' : '';
}

/** The command that checks the same manifest anew. */
export function checkAgain(facts: Pick<Facts, 'manifest' | 'columns' | 'options'>): string {
  return commandOn(facts, 'check');
}

function commandOn(
  facts: Pick<Facts, 'manifest' | 'columns' | 'options'>,
  verb: 'check' | 'run',
): string {
  const { manifest } = facts;
  const list = manifest === '-' ? '-' : quotePath(manifest);
  return `redcap-sweep ${verb} ${list}${readingFlags(facts)}`;
}

/** The options by which a manifest is read: without them the same command reads another list. */
function readingFlags({ columns, options }: Pick<Facts, 'columns' | 'options'>): string {
  const { defaultInstance } = options;
  const flags = Object.entries(columns).map(
    ([name, header]) => ` --column ${quotePath(`${name}=${header}`)}`,
  );
  if (typeof defaultInstance === 'string') flags.push(` --default-instance ${defaultInstance}`);
  return flags.join('');
}

/** The options that keep a run from doing harm: the next one has them too. */
function guardFlags({ options, checked }: Pick<Facts, 'options' | 'checked'>): string {
  const { backup, expectProject, maxDeletions } = options;
  return [
    ...(checked ? [] : [' --no-check']),
    ...(backup === true ? [' --backup'] : []),
    ...(typeof expectProject === 'string' ? [` --expect-project ${quotePath(expectProject)}`] : []),
    ...(typeof maxDeletions === 'number' ? [` --max-deletions ${maxDeletions}`] : []),
  ].join('');
}
