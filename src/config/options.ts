/** One option: the command line takes it by this entry, and help, completion and docs/options.md show it. */
export interface OptionSpec {
  /** A switch (`--json`), one that turns something off (`--no-check`), or a name with a value (`--rate <rate>`). */
  readonly flags: `--${string}`;
  readonly description: string;
  /** What holds where the option is not given, written as a user would. */
  readonly default?: string;
  /** The variable that stands in where the option is not given. */
  readonly env?: string;
  /** The only values that it takes. */
  readonly choices?: readonly string[];
  /** Bounds of the number that it takes. */
  readonly within?: Bounds;
  /** It may be given more than once. */
  readonly repeated?: true;
  /** The heading under which help shows it. */
  readonly group?: string;
}

/** Both included. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/**
 * What the command line gives for a list of options, under their names in camel
 * case. Only what was given is there: whoever reads a value applies its default.
 */
export type FlagsIn<Options extends readonly OptionSpec[]> = {
  readonly [Option in Options[number] as KeyOf<Option['flags']>]?: ValueOf<Option> | undefined;
};

type KeyOf<Flags extends string> =
  NameIn<Flags> extends `no-${infer Name}` ? CamelCase<Name> : CamelCase<NameIn<Flags>>;

type NameIn<Flags extends string> = Flags extends `--${infer Name} ${string}`
  ? Name
  : Flags extends `--${infer Name}`
    ? Name
    : never;

type CamelCase<Text extends string> = Text extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Text;

type ValueOf<Option extends OptionSpec> = Option['flags'] extends `--no-${string}`
  ? boolean
  : Option['flags'] extends `${string} ${string}`
    ? TextOf<Option>
    : true;

type TextOf<Option extends OptionSpec> = Option extends {
  readonly choices: readonly (infer Choice)[];
}
  ? Choice
  : Option extends { readonly repeated: true }
    ? readonly string[]
    : string;

/** Options under one heading of help; their types stay. */
export function inGroup<const Specs extends readonly OptionSpec[]>(
  group: string,
  specs: Specs,
): Specs {
  return specs.map((spec) => ({ ...spec, group })) as unknown as Specs;
}

/** An option's name, as in `--rate`. */
export function nameOf({ flags }: OptionSpec): string {
  return flags.replace(/ .*/, '');
}

/** The options of every command that talks to a server. */
export const CONNECTION = {
  url: {
    flags: '--url <url>',
    description: "the API's address, as in https://redcap.example.edu/api/",
    env: 'REDCAP_API_URL',
  },
  tokenFile: {
    flags: '--token-file <path>',
    description: 'file that holds the token (32 hexadecimal digits)',
    env: 'REDCAP_API_TOKEN',
  },
  tokenCommand: {
    flags: '--token-command <cmd>',
    description: 'command whose standard output is the token (a password manager)',
  },
  dotenv: {
    flags: '--dotenv <path>',
    description:
      'file with variables, of which only REDCAP_* and those of proxies are taken; .env in the working directory is read when it is there',
  },
  caFile: {
    flags: '--ca-file <path>',
    description: 'extra certificate authorities (PEM), for institutions with their own',
  },
  timeout: {
    flags: '--timeout <seconds>',
    description: 'the longest silence of the server, 1 to 3600',
    default: '60',
    within: { min: 1, max: 3600 },
  },
  rate: {
    flags: '--rate <rate>',
    description: 'ceiling over all requests: <n>/min, <n>/s or unlimited',
    default: '300/min',
  },
  concurrency: {
    flags: '--concurrency <n>',
    description: 'requests in flight at most, 1 to 64',
    default: '4',
    within: { min: 1, max: 64 },
  },
  retries: {
    flags: '--retries <n>',
    description: 'further tries after a transient failure, 0 to 100',
    default: '5',
    within: { min: 0, max: 100 },
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** The same, in the order in which help shows them. */
export const CONNECTION_OPTIONS = inGroup('Connection', Object.values(CONNECTION));

/** The connection's options as the command line gives them. */
export type ConnectionOptions = FlagsIn<typeof CONNECTION_OPTIONS>;

/** The variables that have no option, for help. */
export const CONNECTION_VARIABLES =
  'HTTPS_PROXY, HTTP_PROXY and NO_PROXY name proxies; loopback is never proxied.';

/** Options with a value that says how far a command goes; `run-options.ts` reads them. */
export const RUN_OPTIONS = {
  maxDeletions: {
    flags: '--max-deletions <n>',
    description: 'refuse a manifest that would delete more than n files',
  },
  limit: {
    flags: '--limit <n>',
    description:
      'a pilot: stop once n rows have been sent, or n files saved (exit 3); resume goes on',
  },
  stopAt: {
    flags: '--stop-at <HH:MM>',
    description: 'stop the next time that the local clock shows it; resume goes on',
  },
  maxFailures: {
    flags: '--max-failures <n or n%>',
    description:
      'stop after this many failed rows (a percentage counts from the 100th finished row)',
  },
  defaultInstance: {
    flags: '--default-instance <n>',
    description: 'the instance for rows that leave it out where one is required',
  },
  expectProject: {
    flags: '--expect-project <id>',
    description: 'refuse when the token belongs to another project',
  },
  rows: {
    flags: '--rows <list>',
    description: 'only these rows of the manifest, as in 3,7-9',
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** The same as the command line gives them. */
export type RunOptionTexts = FlagsIn<(typeof RUN_OPTIONS)[keyof typeof RUN_OPTIONS][]>;

/** The options of the stand-in server. */
export const SANDBOX = {
  port: {
    flags: '--port <n>',
    description: 'the port on 127.0.0.1; 0 takes a free one',
    default: '8123',
    within: { min: 0, max: 65_535 },
  },
  records: {
    flags: '--records <n>',
    description: 'records in the project',
    default: '60',
    within: { min: 0, max: 100_000 },
  },
  kind: {
    flags: '--kind <kind>',
    description: 'classic or longitudinal',
    default: 'longitudinal',
    choices: ['classic', 'longitudinal'],
  },
  latency: {
    flags: '--latency <ms>',
    description: 'time that each answer takes',
    default: '0',
    within: { min: 0, max: 600_000 },
  },
  fault: {
    flags: '--fault <kind:share>',
    description:
      'trouble for a share of the deletions: reset-before, reset-after, 503, 429, html, empty or hang; may be repeated',
    repeated: true,
  },
  seed: {
    flags: '--seed <n>',
    description: 'same seed, same files and same trouble',
    default: '1',
    within: { min: 0, max: 0xffff_ffff },
  },
  requestsPerMinute: {
    flags: '--requests-per-minute <n>',
    description: 'the limit past which the address is banned; 0 for none',
    default: '600',
    within: { min: 0, max: 1_000_000_000 },
  },
  ledger: {
    flags: '--ledger <file>',
    description: 'write what the server did to this file at the end (JSON)',
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;
