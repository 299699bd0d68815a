import { RefusedError } from '../errors.ts';
import { nameOf, type Bounds, type OptionSpec } from './options.ts';
import { showValue } from './show-value.ts';

/** An option that takes a number and has a default. */
interface NumberOption extends OptionSpec {
  readonly default: string;
  readonly within: Bounds;
}

/** The whole number that was given for an option, or else its default. Throws RefusedError. */
export function readWhole(option: NumberOption, text = option.default): number {
  return parseWhole(text, nameOf(option), option.within);
}

/** The same for a number that may have decimals. */
export function readDecimal(option: NumberOption, text = option.default): number {
  return parseDecimal(text, nameOf(option), option.within);
}

/** A whole number in decimal digits. Throws RefusedError that names the option and what is right. */
export function parseWhole(text: string, option: string, bounds: Bounds): number {
  return parseWithin(text, option, bounds, /^\d{1,15}$/, 'a whole number');
}

/** A number that may have decimals, with a point. Throws RefusedError likewise. */
export function parseDecimal(text: string, option: string, bounds: Bounds): number {
  return parseWithin(text, option, bounds, /^\d{1,15}(\.\d{1,15})?$/, 'a number');
}

function parseWithin(
  text: string,
  option: string,
  { min, max }: Bounds,
  form: RegExp,
  noun: string,
): number {
  const trimmed = text.trim();
  const value = Number(trimmed);
  if (!form.test(trimmed) || value < min || value > max) {
    throw new RefusedError(
      `${option} takes ${noun} from ${min} to ${max}, not ${showValue(text)}.`,
    );
  }
  return value;
}
