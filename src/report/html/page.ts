import type { JournalView } from '../../journal/fold.ts';
import { isPlanOnly } from '../../journal/outcome-of.ts';
import type { Status } from '../../run/outcome.ts';
import type { HtmlFigures } from './aggregate.ts';
import { stateTotals, type State } from './states.ts';

/** What the page tells beside the figures that were gathered from the rows. */
export interface HtmlContext {
  readonly view: JournalView;
  readonly totals: Readonly<Record<Status, number>>;
  readonly files: readonly {
    readonly name: string;
    readonly sha256: string;
    readonly bytes: number;
  }[];
  /** `undefined`: the run is live, or was killed. */
  readonly exitCode: number | undefined;
  /** ISO 8601. */
  readonly generatedAt: string;
  readonly tool: string;
  /** As the commands to run next name it. */
  readonly runDirectory: string;
  /** Ceiling over all requests; Infinity: none. */
  readonly requestsPerMinute?: number;
}

/** Everything that the sections of the page are views of. */
export interface Page {
  readonly context: HtmlContext;
  readonly figures: HtmlFigures;
  readonly states: Readonly<Record<State, number>>;
  readonly rows: number;
  /** A check or a refused run: nothing was attempted. */
  readonly planOnly: boolean;
}

export function pageOf(figures: HtmlFigures, context: HtmlContext): Page {
  return {
    context,
    figures,
    states: stateTotals(context.totals, figures.counts),
    rows: context.view.header.manifest.rows,
    planOnly: isPlanOnly(context.view),
  };
}

/** Rows whose end nothing will change but a person. */
export function settledRows({ rows, states }: Page): number {
  return rows - states.unknown - states.not_attempted;
}
