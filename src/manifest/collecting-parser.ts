import { type Options, Parser } from 'csv-parse';

/**
 * csv-parse's parser with the records handed over as they are made. Its `info`
 * and `on_record` options copy a dozen values per record, and the readable side
 * of a stream costs as much again; overriding `push` costs nothing.
 */
export class CollectingParser extends Parser {
  readonly #collect: (cells: string[]) => void;

  constructor(options: Options, collect: (cells: string[]) => void) {
    super(options);
    this.#collect = collect;
    // Errors come out of writeAll and endAll; without a listener they would end the process.
    this.on('error', () => undefined);
  }

  override push(cells: string[] | null): boolean {
    if (cells === null) return super.push(null);
    // csv-parse compares each record's length with that of its first, and makes a costly error
    // of a difference even where it may differ. To the parser every record is the first.
    const info: { records: number } = this.info;
    info.records = 0;
    this.#collect(cells);
    return true;
  }

  writeAll(bytes: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  endAll(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.once('error', reject);
      this.end(() => resolve());
    });
  }
}
