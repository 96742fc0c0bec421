import type { Judgement } from "../../detect/challenge.ts";
import type { Trial } from "./trial.ts";

const MORE_EVENTS_A_DAY = 1;
const MORE_ALERT_SHARE = 0.02;
const FEWER_NOTICED = 0.1;
const MORE_LOSS = 0.25;

/**
 * A challenger is promoted when it is not worse than the champion on the same rows: no more events nor time in alert, not blinder
 * to disturbances, and scores about as well calibrated.
 */
export function judgeChallenger(champion: Trial, challenger: Trial): Judgement {
  const perDay = ({ events, days }: Trial) => (days > 0 ? events / days : events);
  const agreement = agreementOf(champion.flags, challenger.flags);
  const [held, wanted] = [perDay(champion), perDay(challenger)];
  const worse = [
    wanted > held + Math.max(MORE_EVENTS_A_DAY, 1 / Math.max(challenger.days, 1e-9)) &&
      `${number(wanted)} events a day instead of ${number(held)}`,
    challenger.alertShare > champion.alertShare + MORE_ALERT_SHARE &&
      `${percent(challenger.alertShare)} of the time in alert instead of ${percent(champion.alertShare)}`,
    challenger.noticed < champion.noticed - FEWER_NOTICED &&
      `notices ${percent(challenger.noticed)} of the test disturbances instead of ${percent(champion.noticed)}`,
    challenger.loss > champion.loss + MORE_LOSS &&
      `its scores fit less well (stability index ${number(challenger.loss)} instead of ${number(champion.loss)})`,
  ].filter((reason) => reason !== false);
  const facts =
    `events a day ${number(wanted)} (${number(held)} before), time in alert ${percent(challenger.alertShare)} ` +
    `(${percent(champion.alertShare)}), test disturbances noticed ${percent(challenger.noticed)} (${percent(champion.noticed)}), ` +
    `both say the same of ${percent(agreement)} of ${challenger.rows} points`;
  return {
    promote: worse.length === 0,
    because: worse.length === 0 ? `not worse: ${facts}` : `worse: ${worse.join("; ")}`,
    figures: {
      eventsPerDay: wanted,
      championEventsPerDay: held,
      alertShare: challenger.alertShare,
      championAlertShare: champion.alertShare,
      noticed: orZero(challenger.noticed),
      championNoticed: orZero(champion.noticed),
      loss: challenger.loss,
      championLoss: champion.loss,
      agreement,
    },
  };
}

function agreementOf(left: Uint8Array, right: Uint8Array): number {
  let same = 0;
  for (let at = 0; at < left.length; at++) {
    same += left[at] === right[at] ? 1 : 0;
  }
  return left.length === 0 ? 1 : same / left.length;
}

const orZero = (value: number) => (Number.isFinite(value) ? value : 0);
const number = (value: number) => String(Number(value.toPrecision(2)));
const percent = (share: number) => (Number.isFinite(share) ? `${Number((100 * share).toPrecision(2))} %` : "none");
