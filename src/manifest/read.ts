import { readBytes } from '../files/read-bytes.ts';
import { endingWith, tidyUp } from '../errors.ts';
import { RefusedError } from '../errors.ts';
import type { ColumnChoices, KnownColumn } from './columns.ts';
import { unpackGzip } from './gunzip.ts';
import { type Delimiter, readHead } from './header.ts';
import { type Intake, createIntake, feedIntake } from './intake.ts';
import { quoted } from '../words/quote.ts';
import type { ManifestRow } from '../rows/row.ts';
import type { TextPiece } from './text-piece.ts';
import { readText } from './text.ts';
import { namingReadErrors } from '../files/file-errors.ts';
import { unreadableLine } from './unreadable.ts';

export type { KnownColumn };

export interface ManifestOptions {
  /** Headers that the user named for columns (`--column`); they win over the names known by themselves. */
  readonly columns?: ColumnChoices;
}

export interface Manifest {
  /** The manifest's own column names as they stand; those that start with `sweep_` left out. */
  readonly header: readonly string[];
  readonly delimiter: Delimiter;
  /** Which header serves each known column that the manifest has. */
  readonly columnNames: ColumnChoices;
  /**
   * The rows in order, a few hundred at a time, read no faster than they are
   * taken. Single use. Throws RefusedError where the manifest cannot be read,
   * and at its end when it had no rows.
   */
  batches(): AsyncIterable<readonly ManifestRow[]>;
}

type Pieces = AsyncGenerator<TextPiece, void, undefined>;
type Bytes = AsyncGenerator<Uint8Array, void, undefined>;

interface Opened {
  readonly manifest: Manifest;
  /** Ends the reading where nobody takes the rows. */
  leave(): Promise<unknown>;
}

/**
 * The manifest at a path: its header is read at once, its rows when they are
 * taken. The file is open only meanwhile, so that one whose rows nobody takes
 * keeps no folder from being renamed. Throws RefusedError as `openManifest` does.
 */
export async function openManifestFile(path: string, options?: ManifestOptions): Promise<Manifest> {
  const name = `The manifest ${quoted(path, 200)}`;
  const open = (bytes: Bytes): Promise<Opened> =>
    openSource(namingReadErrors(bytes, name), options);
  const bytes = readBytes(path);
  const readHeader = async (): Promise<Manifest> => {
    const { manifest, leave } = await open(bytes);
    await leave();
    return manifest;
  };
  const manifest = await endingWith(readHeader, () => bytes.return());
  return { ...manifest, batches: once(() => takeRows(open, readBytes(path))) };
}

async function* takeRows(
  open: (bytes: Bytes) => Promise<Opened>,
  bytes: Bytes,
): AsyncGenerator<readonly ManifestRow[], void, undefined> {
  try {
    yield* (await open(bytes)).manifest.batches();
  } finally {
    // What stands between, unpacking above all, may end before the file is closed.
    await bytes.return();
  }
}

/**
 * Reads the header, then gives rows; gzip is known by its first bytes.
 * Throws RefusedError for a header that cannot be read or lacks a column.
 */
export async function openManifest(
  source: AsyncIterable<Uint8Array>,
  options?: ManifestOptions,
): Promise<Manifest> {
  return (await openSource(source, options)).manifest;
}

async function openSource(
  source: AsyncIterable<Uint8Array>,
  options: ManifestOptions = {},
): Promise<Opened> {
  const choices = options.columns ?? {};
  const pieces = readText(unpackGzip(namingReadErrors(source, 'The manifest')));
  try {
    const head = await readHead(pieces, choices);
    const intake = createIntake(head, choices);
    const turns = feedIntake(intake.records, head.piece, pieces);
    // The parser looks a few bytes ahead: the header may come out some turns later.
    let ended = false;
    while (intake.layout === null && !ended) ended = (await turns.next()).done === true;
    const { layout } = intake;
    if (layout === null) throw unreadableLine(head.line, 'the header line cannot be read.');
    return {
      manifest: {
        header: layout.header,
        delimiter: head.delimiter,
        columnNames: layout.names,
        batches: once(() => takeBatches(intake, turns, pieces)),
      },
      leave: () => pieces.return(),
    };
  } catch (error) {
    await tidyUp(() => pieces.return());
    throw error;
  }
}

async function* takeBatches(
  intake: Intake,
  turns: AsyncGenerator<void, void, undefined>,
  pieces: Pieces,
): AsyncGenerator<readonly ManifestRow[], void, undefined> {
  try {
    for (let ended = false; !ended;) {
      // The first batch may have come along with the header.
      if (intake.rows.length === 0) ended = (await turns.next()).done === true;
      const { rows } = intake;
      intake.rows = [];
      if (rows.length > 0) yield rows;
    }
    if (intake.count === 0) {
      throw new RefusedError('The manifest has a header line and no rows: it names no file.');
    }
  } finally {
    await pieces.return();
  }
}

function once<T>(make: () => T): () => T {
  let used = false;
  return () => {
    if (used) throw new Error('The batches of a manifest can be taken once; open it again.');
    used = true;
    return make();
  };
}
