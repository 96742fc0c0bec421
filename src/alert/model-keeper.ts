/** Works with the models of one entity. */
export interface ModelKeeper {
  readonly entity: string;
  /** Kind of model that is asked for, and the key of the configuration that does. */
  readonly detector: string;
  readonly key: string;
  /** Loads what the store has chosen. @returns true when another version is at work from now on */
  takeUp(): Promise<boolean>;
}
