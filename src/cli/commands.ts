import {
  CONNECTION_OPTIONS,
  inGroup,
  RUN_OPTIONS,
  SANDBOX,
  type FlagsIn,
  type OptionSpec,
} from '../config/options.ts';

/** One command: the program takes it by this entry, and help, completion and docs/options.md show it. */
export interface CommandSpec {
  readonly name: string;
  readonly argument?: ArgumentSpec;
  readonly summary: string;
  /** More for `--help`: what the command does, in a paragraph, and an example. */
  readonly details: string;
  readonly options: readonly OptionSpec[];
}

interface ArgumentSpec {
  /** In square brackets where it may be left out. */
  readonly flags: `<${string}>` | `[${string}]`;
  readonly description: string;
  readonly choices?: readonly string[];
}

const MANIFEST = {
  flags: '<manifest>',
  description: 'CSV file with the files to delete, or - for standard input; gzip is read as it is',
} as const satisfies ArgumentSpec;

const RUN_DIR = {
  flags: '<run-dir>',
  description: "the run's directory",
} as const satisfies ArgumentSpec;

const YES = {
  flags: '--yes',
  description: "don't ask for confirmation",
} as const satisfies OptionSpec;

const JSON_OUT = {
  flags: '--json',
  description: 'the answer as one JSON document on standard output',
} as const satisfies OptionSpec;

export const REPORT_DIR = {
  flags: '--report-dir <dir>',
  description: 'where run directories are made',
  default: 'reports',
} as const satisfies OptionSpec;

/** Of the commands that read a manifest. */
const READING_OPTIONS = inGroup('Reading the manifest', [
  {
    flags: '--column <name=header>',
    description:
      "the manifest's header for record, field, event, instance, expect_filename or expect_sha256; may be repeated; nothing behind the =: there is none",
    repeated: true,
  },
  RUN_OPTIONS.defaultInstance,
]);

export const OUTPUT_GROUP = 'Reports and output';

/** Of the commands that make a run directory. */
const OUTPUT_OPTIONS = inGroup(OUTPUT_GROUP, [
  REPORT_DIR,
  {
    flags: '--run-dir <dir>',
    description: "this run's directory itself; refused when it exists and is not empty",
  },
  JSON_OUT,
]);

/** Options that belong to every command. */
export const COMMON_OPTIONS = [
  { flags: '--quiet', description: 'no progress and no log lines on standard error' },
  {
    flags: '--log-level <level>',
    description: 'trace, debug, info, warn or error: log lines on standard error and in run.log',
    choices: ['trace', 'debug', 'info', 'warn', 'error'],
  },
] as const satisfies readonly OptionSpec[];

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;

const TABLE = [
  {
    name: 'check',
    argument: MANIFEST,
    summary: 'compare the manifest with the project; delete nothing',
    details: `Reads the project and looks at every record named, and shows what a run would
do. Sends no deletion. The directory that it leaves can be reviewed and then
carried out to the letter with: redcap-sweep run --approved <check-dir>
With --backup it also downloads the files: an archive to review, keep and
sign. What was approved is then deleted only as long as its bytes are those in
the archive. Stopped or interrupted, it goes on with: redcap-sweep resume

  redcap-sweep check withdrawn.csv
  redcap-sweep check closure.csv --backup --expect-project 4711`,
    options: [
      {
        flags: '--backup',
        description:
          "save every file that would be deleted into the check's directory, with its digest",
      },
      RUN_OPTIONS.limit,
      RUN_OPTIONS.stopAt,
      RUN_OPTIONS.expectProject,
      ...READING_OPTIONS,
      ...OUTPUT_OPTIONS,
      ...CONNECTION_OPTIONS,
    ],
  },
  {
    name: 'run',
    argument: { ...MANIFEST, flags: '[manifest]' },
    summary: 'check, ask, delete, verify, report',
    details: `Deletes the files that the manifest names, one request each, and cannot be
undone (but for what --backup keeps). The plan is shown first, and you are
asked to type the number of files. Every row ends in exactly one report.

  redcap-sweep run withdrawn.csv --backup --expect-project 4711`,
    options: [
      ...inGroup('What may be deleted', [
        YES,
        {
          flags: '--approved <check-dir>',
          description: 'carry out exactly what a check showed; takes no manifest',
        },
        RUN_OPTIONS.expectProject,
        RUN_OPTIONS.maxDeletions,
        {
          flags: '--skip-invalid',
          description: 'delete the valid rows of a manifest that also has invalid ones',
        },
      ]),
      ...inGroup('Copies and proof', [
        {
          flags: '--backup',
          description: 'export each file into the run directory before deleting it',
        },
        { flags: '--no-verify', description: 'skip reading back after deleting' },
        {
          flags: '--no-check',
          description:
            'delete without reading the project first (for tokens without the Export right); turns verification off too',
        },
      ]),
      ...inGroup('When to stop', [RUN_OPTIONS.limit, RUN_OPTIONS.stopAt, RUN_OPTIONS.maxFailures]),
      ...READING_OPTIONS,
      ...OUTPUT_OPTIONS,
      ...CONNECTION_OPTIONS,
    ],
  },
  {
    name: 'resume',
    argument: RUN_DIR,
    summary: "finish a run, or a check's archive, that was interrupted or stopped",
    details: `Looks at every row that has no end yet and deletes what is still the file that
the check saw. Rows that are done are not sent again. Of a check made with
--backup it saves the files that are not saved yet, and deletes nothing. All
other options come from the run or the check itself.

  redcap-sweep resume reports/2026-11-24T03-12-07-withdrawn`,
    options: [YES, RUN_OPTIONS.limit, RUN_OPTIONS.stopAt, JSON_OUT, ...CONNECTION_OPTIONS],
  },
  {
    name: 'report',
    argument: RUN_DIR,
    summary: 'rebuild the reports from the journal; offline, at any time',
    details: `Works on a finished, a killed and a live run alike, and exits as the run did
or would.

  redcap-sweep report reports/2026-11-24T03-12-07-withdrawn`,
    options: [JSON_OUT],
  },
  {
    name: 'scan',
    summary: "list the project's files as a manifest: all, or those of a list or a REDCap report",
    details: `Writes a manifest of every file that the project holds, as far as this token
may see; or of the files in a list of records, in a data export of REDCap
(raw data), or in a report that was built there, as they stand now.

  redcap-sweep scan --field consent_file --output consents.csv
  redcap-sweep scan --from Study_DATA_2026-11-24.csv --output files.csv
  redcap-sweep scan --report 1234 --output files.csv
  redcap-sweep check files.csv --column expect_filename=file_name`,
    options: [
      { flags: '--field <names>', description: 'only these file fields, separated by commas' },
      { flags: '--event <names>', description: 'only these events, separated by commas' },
      {
        flags: '--record-file <file>',
        description:
          "only the records listed in this file: one a line, or CSV with them in the first column or under the record ID field's name; - is standard input",
      },
      {
        flags: '--from <file>',
        description:
          'only the files that this data export of REDCap shows (CSV, raw data; gzip is read as it is), or - for standard input',
      },
      {
        flags: '--report <id>',
        description: 'only the files that this report shows, by its number in REDCap',
      },
      {
        flags: '--filter <logic>',
        description: 'only records for which this REDCap logic holds, as in [age] < 18',
      },
      {
        flags: '--output <file>',
        description:
          'write the manifest here instead of standard output; never over another file without --replace',
      },
      { flags: '--replace', description: 'with --output: write over a file that is there' },
      ...CONNECTION_OPTIONS,
    ],
  },
  {
    name: 'project',
    summary:
      'what this token reaches: project, server, rights, file fields; the test of a connection',
    details: `Reads the project, counts the records that the token sees, and looks whether
exports show its file fields. Changes nothing.

  redcap-sweep project`,
    options: [JSON_OUT, ...CONNECTION_OPTIONS],
  },
  {
    name: 'restore',
    argument: RUN_DIR,
    summary: 'put back the files that a run backed up, or its check had archived',
    details: `Needs a run made with --backup, or one of a check made with it: then the
files come from the check's archive. Only bytes with the digest that the run's
journal has are sent. Signatures cannot be put back through the API;
they are listed. Never creates a record, and never replaces another file
unless told to.

  redcap-sweep restore reports/2026-11-24T03-12-07-withdrawn --rows 3,7-9`,
    options: [
      RUN_OPTIONS.rows,
      { flags: '--overwrite', description: 'replace a file that the field holds by now' },
      {
        flags: '--archive <check-dir>',
        description:
          "where the archive of the check is that the run carried out, if it isn't where it was",
      },
      YES,
      JSON_OUT,
      ...CONNECTION_OPTIONS,
    ],
  },
  {
    name: 'runs',
    summary: 'list the checks and runs of a report directory: when, state, next command',
    details: `Shows for each one when it began, its project, its manifest, how it stands, and
the command to type next. Works offline and changes nothing.

  redcap-sweep runs`,
    options: [{ ...REPORT_DIR, description: 'the directory to look in' }, JSON_OUT],
  },
  {
    name: 'sandbox',
    summary: 'serve a stand-in REDCap server to rehearse against',
    details: `Loopback only, in memory, with made-up records and files. Stop it with Ctrl-C.

  redcap-sweep sandbox --port 8123 --fault 503:0.05`,
    options: Object.values(SANDBOX),
  },
  {
    name: 'demo',
    summary: 'a rehearsal in one command: sandbox and run over a bundled manifest; never asks',
    details: `Starts a stand-in server, deletes a few hundred made-up files through the real
command, and shows the reports. Touches no REDCap.

  redcap-sweep demo`,
    options: [REPORT_DIR, JSON_OUT],
  },
  {
    name: 'completion',
    argument: {
      flags: '<shell>',
      description: 'bash, zsh, fish or powershell',
      choices: SHELLS,
    },
    summary: 'print completions for a shell',
    details: `  bash:        redcap-sweep completion bash > ~/.local/share/bash-completion/completions/redcap-sweep
  zsh:         redcap-sweep completion zsh > "\${fpath[1]}/_redcap-sweep"
  fish:        redcap-sweep completion fish > ~/.config/fish/completions/redcap-sweep.fish
  PowerShell:  redcap-sweep completion powershell >> $PROFILE`,
    options: [],
  },
] as const satisfies readonly CommandSpec[];

export type CommandName = (typeof TABLE)[number]['name'];

/** The commands, in the order in which help shows them. */
export const COMMANDS: readonly (CommandSpec & { readonly name: CommandName })[] = TABLE;

type Entry<Name extends CommandName> = Extract<(typeof TABLE)[number], { readonly name: Name }>;

/** The flags that a command's function gets. */
export type FlagsOf<Name extends CommandName> = FlagsIn<
  (Entry<Name>['options'][number] | (typeof COMMON_OPTIONS)[number])[]
>;

/** The flags that every command's function gets. */
export type CommonFlags = FlagsIn<typeof COMMON_OPTIONS>;

/** The flags of the commands that read a manifest and make a run directory. */
export type ManifestFlags = FlagsIn<
  (
    | (typeof READING_OPTIONS)[number]
    | (typeof OUTPUT_OPTIONS)[number]
    | typeof RUN_OPTIONS.expectProject
  )[]
>;

/** What a command's function gets from the command line: its argument, where it takes one, and its flags. */
export type GivenTo<Name extends CommandName> =
  Entry<Name> extends { readonly argument: { readonly flags: infer Flags } }
    ? [argument: Flags extends `<${string}>` ? string : string | undefined, flags: FlagsOf<Name>]
    : [flags: FlagsOf<Name>];
