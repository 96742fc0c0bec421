import type { SolutionDesk } from "../solutions/desk.ts";
import { eachAlert, type Stage } from "../stage.ts";

/** Puts ranked remedies beside the alert; each says why it has its place. */
export function solutionsStage(desk: Pick<SolutionDesk, "propose">): Stage {
  return eachAlert("solutions", (item) => {
    const solutions = desk.propose(item);
    return solutions.length === 0 ? null : { solutions };
  });
}
