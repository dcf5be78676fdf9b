/** Input that cannot be read. The message is one sentence that names the thing, where it is, and the remedy. */
export class InputError extends Error {
  override readonly name = 'InputError';
}
