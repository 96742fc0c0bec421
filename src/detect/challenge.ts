/** Whether a challenger goes live, with the sentence for people and the figures it rests on. */
export interface Judgement {
  readonly promote: boolean;
  readonly because: string;
  readonly figures: Readonly<Record<string, number>>;
}
