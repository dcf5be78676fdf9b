// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must go
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text from files or from the air, made safe to print: without control characters, a name or a reason cannot
 * move the cursor, recolour the screen or forge a line.
 */
export function printable(text: string): string {
  return text.replace(CONTROL, '�');
}
