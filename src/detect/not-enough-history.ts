import { UserError } from "../alert/user-error.ts";

/** An entity has too little history to learn from: it is "learning", and `needed − have` rows are still to come. */
export class NotEnoughHistory extends UserError {
  override readonly name = "NotEnoughHistory";
  readonly have: number;
  readonly needed: number;

  constructor(have: number, needed: number, where = "history") {
    super(
      `${have} rows with values, at least ${needed} are needed`,
      where,
      "wait for more data, or collect a longer range",
    );
    this.have = have;
    this.needed = needed;
  }
}
