import type { Catalogue } from "../../config/catalogue.ts";
import { serviceOf } from "../grouping/facts.ts";
import type { LabelGuess } from "../learned/guesser.ts";
import { eachAlert, type Stage } from "../stage.ts";

/** Says which service, and so which owners, an alert is probably about. */
export const PROBABLE_SERVICE = "probable_service";
/** The kind of alert, as its `tag` label would say. */
const PROBABLE_TAG = "probable_tag";

/** Guesses by the words of past alerts. */
export interface Guesses {
  readonly service: LabelGuess;
  readonly tag: LabelGuess;
}

/** Names service and kind where labels do not: in annotations, for it is a guess, and labels would make it another alert. */
export function classifyStage(catalogue: Catalogue, guesses: Guesses): Stage {
  return eachAlert("classify", (item) => {
    const service = serviceOf(item.labels, catalogue) === null ? guesses.service.guess(item) : null;
    const tag = item.labels["tag"] === undefined ? guesses.tag.guess(item) : null;
    if (service === null && tag === null) {
      return null;
    }
    const said = [
      ...(service === null ? [] : [`probably about ${service.value}`]),
      ...(tag === null ? [] : [`probably of kind ${tag.value}`]),
    ];
    return {
      annotations: {
        ...item.annotations,
        ...(service === null ? {} : { [PROBABLE_SERVICE]: service.value }),
        ...(tag === null ? {} : { [PROBABLE_TAG]: tag.value }),
      },
      reason: `${said.join(", ")}: past alerts with such words are`,
    };
  });
}
