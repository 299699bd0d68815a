/** One option as help, completion and README show it. */
export interface OptionText {
  readonly flags: string;
  readonly description: string;
  readonly default?: string;
  /** The variable that stands in where the option is not given. */
  readonly env?: string;
}

/** What holds where an option is not given, written as a user would. */
export const CONNECTION_DEFAULTS = {
  timeout: '60',
  rate: '300/min',
  concurrency: '4',
  retries: '5',
} as const;

/** The options of every command that talks to a server, in the order in which help shows them. */
export const CONNECTION_OPTIONS: readonly OptionText[] = [
  {
    flags: '--url <url>',
    description: "the API's address, as in https://redcap.example.edu/api/",
    env: 'REDCAP_API_URL',
  },
  {
    flags: '--token-file <path>',
    description: 'file that holds the token (32 hexadecimal digits)',
    env: 'REDCAP_API_TOKEN',
  },
  {
    flags: '--token-command <cmd>',
    description: 'command whose standard output is the token (a password manager)',
  },
  {
    flags: '--dotenv <path>',
    description:
      'file with variables, of which only REDCAP_* and those of proxies are taken; .env in the working directory is read when it is there',
  },
  {
    flags: '--ca-file <path>',
    description: 'extra certificate authorities (PEM), for institutions with their own',
  },
  {
    flags: '--timeout <seconds>',
    description: 'the longest silence of the server, 1 to 3600',
    default: CONNECTION_DEFAULTS.timeout,
  },
  {
    flags: '--rate <rate>',
    description: 'ceiling over all requests: <n>/min, <n>/s or unlimited',
    default: CONNECTION_DEFAULTS.rate,
  },
  {
    flags: '--concurrency <n>',
    description: 'requests in flight at most, 1 to 64',
    default: CONNECTION_DEFAULTS.concurrency,
  },
  {
    flags: '--retries <n>',
    description: 'further tries after a transient failure, 0 to 100',
    default: CONNECTION_DEFAULTS.retries,
  },
];

/** The variables that have no option, for help. */
export const CONNECTION_VARIABLES =
  'HTTPS_PROXY, HTTP_PROXY and NO_PROXY name proxies; loopback is never proxied.';
