/** What one manifest row names. Blank strings where the project has no such level. */
export interface Target {
  readonly record: string;
  readonly field: string;
  /** Unique event name; blank in classic projects. */
  readonly event: string;
  /** `''` where nothing was given, else digits without leading zero. */
  readonly instance: string;
}
