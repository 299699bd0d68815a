import { CONNECTION_OPTIONS, type OptionText } from '../config/connection-options.ts';

/** The commands and their options: help, completion and the README are held to this table. */
export interface CommandText {
  readonly name: string;
  readonly argument?: { readonly flags: string; readonly description: string };
  readonly summary: string;
  /** More for `--help`: what the command does, in a paragraph, and an example. */
  readonly details: string;
  readonly options: readonly OptionText[];
}

const MANIFEST = {
  flags: '<manifest>',
  description: 'CSV file with the files to delete, or - for standard input; gzip is read as it is',
};
const RUN_DIR = { flags: '<run-dir>', description: "the run's directory" };

const YES: OptionText = {
  flags: '--yes',
  description: "don't ask for confirmation",
};
const JSON_OUT: OptionText = {
  flags: '--json',
  description: 'the answer as one JSON document on standard output',
};
const LIMIT: OptionText = {
  flags: '--limit <n>',
  description: 'a pilot: stop once n rows have been sent (exit 3); resume goes on',
};
const STOP_AT: OptionText = {
  flags: '--stop-at <HH:MM>',
  description: 'stop the next time that the local clock shows it; resume goes on',
};

const MANIFEST_OPTIONS: readonly OptionText[] = [
  {
    flags: '--column <name=header>',
    description:
      "the manifest's header for record, field, event, instance, expect_filename or expect_sha256; may be repeated",
  },
  {
    flags: '--default-instance <n>',
    description: 'the instance for rows that leave it out where one is required',
  },
];
const DIRECTORY_OPTIONS: readonly OptionText[] = [
  {
    flags: '--report-dir <dir>',
    description: 'where run directories are made',
    default: 'reports',
  },
  {
    flags: '--run-dir <dir>',
    description: "this run's directory itself; refused when it exists and is not empty",
  },
];
const EXPECT_PROJECT: OptionText = {
  flags: '--expect-project <id>',
  description: 'refuse when the token belongs to another project',
};

/** Options that belong to every command. */
export const COMMON_OPTIONS: readonly OptionText[] = [
  { flags: '--quiet', description: 'no progress and no log lines on standard error' },
  {
    flags: '--log-level <level>',
    description: 'trace, debug, info, warn or error: log lines on standard error and in run.log',
  },
];

export const COMMANDS: readonly CommandText[] = [
  {
    name: 'check',
    argument: MANIFEST,
    summary: 'compare the manifest with the project; delete nothing',
    details: `Reads the project and looks at every record named, and shows what a run would
do. Sends no deletion. The directory that it leaves can be reviewed and then
carried out to the letter with: redcap-sweep run --approved <check-dir>

  redcap-sweep check withdrawn.csv`,
    options: [
      ...MANIFEST_OPTIONS,
      EXPECT_PROJECT,
      ...DIRECTORY_OPTIONS,
      JSON_OUT,
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
      YES,
      {
        flags: '--approved <check-dir>',
        description: 'carry out exactly what a check showed; takes no manifest',
      },
      {
        flags: '--no-check',
        description:
          'delete without reading the project first (for tokens without the Export right); turns verification off too',
      },
      { flags: '--no-verify', description: 'skip reading back after deleting' },
      {
        flags: '--skip-invalid',
        description: 'delete the valid rows of a manifest that also has invalid ones',
      },
      {
        flags: '--max-deletions <n>',
        description: 'refuse a manifest that would delete more than n files',
      },
      LIMIT,
      STOP_AT,
      EXPECT_PROJECT,
      {
        flags: '--max-failures <n or n%>',
        description:
          'stop after so many failed rows (a percentage counts from the 100th finished row)',
      },
      {
        flags: '--backup',
        description: 'export each file into the run directory before deleting it',
      },
      ...DIRECTORY_OPTIONS,
      ...MANIFEST_OPTIONS,
      JSON_OUT,
      ...CONNECTION_OPTIONS,
    ],
  },
  {
    name: 'resume',
    argument: RUN_DIR,
    summary: 'finish a run that was interrupted or stopped',
    details: `Looks at every row that has no end yet and deletes what is still the file that
the check saw. Rows that are done are not sent again. All other options come
from the run itself.

  redcap-sweep resume reports/2026-11-24T03-12-07-withdrawn`,
    options: [YES, LIMIT, STOP_AT, JSON_OUT, ...CONNECTION_OPTIONS],
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
    summary: "list the project's files as a manifest",
    details: `Writes a manifest of every file that the project holds, as far as this token
may see.

  redcap-sweep scan --field consent_file --output consents.csv
  redcap-sweep check consents.csv --column expect_filename=file_name`,
    options: [
      { flags: '--field <names>', description: 'only these file fields, separated by commas' },
      { flags: '--event <names>', description: 'only these events, separated by commas' },
      {
        flags: '--record-file <file>',
        description: 'only the records listed in this file, one a line',
      },
      {
        flags: '--filter <logic>',
        description: 'only records for which this REDCap logic holds, as in [age] < 18',
      },
      {
        flags: '--output <file>',
        description: 'write the manifest here instead of standard output',
      },
      ...CONNECTION_OPTIONS,
    ],
  },
  {
    name: 'restore',
    argument: RUN_DIR,
    summary: 'put back the files that a run backed up',
    details: `Needs a run made with --backup. Signatures cannot be put back through the API;
they are listed. Never creates a record, and never replaces another file
unless told to.

  redcap-sweep restore reports/2026-11-24T03-12-07-withdrawn --rows 3,7-9`,
    options: [
      { flags: '--rows <list>', description: 'only these rows of the manifest, as in 3,7-9' },
      { flags: '--overwrite', description: 'replace a file that the field holds by now' },
      YES,
      JSON_OUT,
      ...CONNECTION_OPTIONS,
    ],
  },
  {
    name: 'sandbox',
    summary: 'serve a stand-in REDCap server to rehearse against',
    details: `Loopback only, in memory, with made-up records and files. Stop it with Ctrl-C.

  redcap-sweep sandbox --port 8123 --fault 503:0.05`,
    options: [
      {
        flags: '--port <n>',
        description: 'the port on 127.0.0.1; 0 takes a free one',
        default: '8123',
      },
      { flags: '--records <n>', description: 'records in the project', default: '60' },
      { flags: '--kind <kind>', description: 'classic or longitudinal', default: 'longitudinal' },
      { flags: '--latency <ms>', description: 'time that each answer takes', default: '0' },
      {
        flags: '--fault <kind:share>',
        description:
          'trouble for a share of the deletions: reset-before, reset-after, 503, 429, html, empty or hang; may be repeated',
      },
      { flags: '--seed <n>', description: 'same seed, same files and same trouble', default: '1' },
      {
        flags: '--requests-per-minute <n>',
        description: 'the limit past which the address is banned; 0 for none',
        default: '600',
      },
      {
        flags: '--ledger <file>',
        description: 'write what the server did to this file at the end (JSON)',
      },
    ],
  },
  {
    name: 'demo',
    summary: 'a rehearsal in one command: sandbox and run over a bundled manifest; never asks',
    details: `Starts a stand-in server, deletes a few hundred made-up files through the real
command, and shows the reports. Touches no REDCap.

  redcap-sweep demo`,
    options: [
      {
        flags: '--report-dir <dir>',
        description: 'where run directories are made',
        default: 'reports',
      },
      JSON_OUT,
    ],
  },
  {
    name: 'completion',
    argument: { flags: '<shell>', description: 'bash, zsh, fish or powershell' },
    summary: 'print completions for a shell',
    details: `  bash:        redcap-sweep completion bash > ~/.local/share/bash-completion/completions/redcap-sweep
  zsh:         redcap-sweep completion zsh > "\${fpath[1]}/_redcap-sweep"
  fish:        redcap-sweep completion fish > ~/.config/fish/completions/redcap-sweep.fish
  PowerShell:  redcap-sweep completion powershell >> $PROFILE`,
    options: [],
  },
];
