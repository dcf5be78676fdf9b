/** Rounds for output, so that a line is short and the same on every machine. */
export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** Seconds as h:mm:ss. */
export function clockTime(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

/** A count with its noun: "1 gap", "2 gaps". */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
