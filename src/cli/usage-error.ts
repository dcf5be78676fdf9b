/** The command was used wrongly. The message is one sentence that names the mistake and the remedy. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
