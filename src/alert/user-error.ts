/**
 * A mistake or a fault that the person at the keyboard can fix. Shown as one line, without a stack, and ends a command
 * with exit code 2.
 */
export class UserError extends Error {
  override readonly name: string = "UserError";
  readonly what: string;
  readonly where: string;
  readonly hint: string;

  /** @param what what is wrong, with the value seen · @param where file and line, key, or address · @param hint what to do */
  constructor(what: string, where: string, hint: string, options?: ErrorOptions) {
    super(`${where}: ${what} — ${hint}`, options);
    this.what = what;
    this.where = where;
    this.hint = hint;
  }
}
