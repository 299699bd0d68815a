import { RefusedError } from '../errors.ts';
import { readCaFile, readNodeExtraCas } from './ca-file.ts';
import { readDecimal, readWhole } from './numbers.ts';
import { CONNECTION, type ConnectionOptions } from './options.ts';
import { attempt, attemptAsync, refuseProblems, settled } from './problems.ts';
import { resolveProxy } from './proxy.ts';
import { parseRate, warnAboutRate, type Rate } from './rate.ts';
import { chooseTokenSource, readToken, warnAboutMode, type ConfigContext } from './read-token.ts';
import { parseServerUrl, warnAboutUrl } from './server-url.ts';
import { lookUpVariables, readDotenv, type Variables } from './variables.ts';

/** All that is needed to talk to one server. Frozen. */
export interface Connection {
  /** With its final slash. */
  readonly url: URL;
  readonly token: string;
  /** Authorities to add to the usual ones; empty without `--ca-file`. */
  readonly caPems: readonly string[];
  /** Undefined where none is to be used; may hold credentials: show `proxyLabel`. */
  readonly proxy: URL | undefined;
  readonly timeoutMs: number;
  readonly rate: Rate;
  readonly concurrency: number;
  readonly retries: number;
  /** Plain sentences to show before anything is sent. */
  readonly warnings: readonly string[];
}

/**
 * Options, then the environment, then the dotenv file make one frozen value.
 * Throws RefusedError with everything that is wrong at once; a person or a
 * password manager is asked for the token only when all else is right.
 */
export async function readConnection(
  options: ConnectionOptions,
  context: ConfigContext,
): Promise<Connection> {
  const { env, cwd, platform } = context;
  const problems: string[] = [];
  const file = await attemptAsync(problems, () => readDotenv(options.dotenv, cwd));
  const missingIsExplained = problems.length > 0;
  const variables = lookUpVariables(env, platform, file);

  const url = attempt(problems, () => readUrl(options.url, variables, missingIsExplained));
  const proxy = attempt(problems, () => url && resolveProxy(url, variables));
  const timeoutS = attempt(problems, () => readDecimal(CONNECTION.timeout, options.timeout));
  const rate = attempt(problems, () => parseRate(options.rate ?? CONNECTION.rate.default));
  const concurrency = attempt(problems, () =>
    readWhole(CONNECTION.concurrency, options.concurrency),
  );
  const retries = attempt(problems, () => readWhole(CONNECTION.retries, options.retries));
  const caPems = await attemptAsync(problems, () => readAuthorities(options.caFile, env, cwd));
  const source = attempt(problems, () => chooseTokenSource(options, variables('REDCAP_API_TOKEN')));
  const token = await attemptAsync(problems, async () =>
    source === undefined || (source.kind === 'none' && missingIsExplained)
      ? undefined
      : readToken(source, context, problems.length === 0),
  );
  refuseProblems(problems);

  return Object.freeze({
    url: settled(url),
    token: settled(token),
    caPems: Object.freeze(settled(caPems)),
    proxy,
    timeoutMs: Math.round(settled(timeoutS) * 1000),
    rate: settled(rate),
    concurrency: settled(concurrency),
    retries: settled(retries),
    warnings: Object.freeze([
      ...warnAboutUrl(settled(url)),
      ...warnAboutRate(settled(rate)),
      ...warnAboutVerification(env),
      ...(await warnAboutMode(settled(source), cwd, platform)),
    ]),
  });
}

function readUrl(
  option: string | undefined,
  variables: Variables,
  missingIsExplained: boolean,
): URL | undefined {
  if (option !== undefined) return parseServerUrl(option, '--url');
  const variable = variables('REDCAP_API_URL');
  if (variable !== undefined) {
    const { name, file, value } = variable;
    return parseServerUrl(value, file === undefined ? name : `${name} in ${file}`);
  }
  if (missingIsExplained) return undefined;
  throw new RefusedError(
    "No server address was given. Give the API's address by --url, as in https://redcap.example.edu/api/, or in the environment variable REDCAP_API_URL.",
  );
}

async function readAuthorities(
  caFile: string | undefined,
  env: ConfigContext['env'],
  cwd: string,
): Promise<string[]> {
  if (caFile === undefined) return [];
  return [
    ...(await readCaFile(caFile, cwd)),
    ...(await readNodeExtraCas(env['NODE_EXTRA_CA_CERTS'], cwd)),
  ];
}

function warnAboutVerification(env: ConfigContext['env']): readonly string[] {
  return env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0'
    ? [
        'NODE_TLS_REJECT_UNAUTHORIZED=0 is ignored: certificates are verified anyway. For an authority of your institution use --ca-file.',
      ]
    : [];
}
