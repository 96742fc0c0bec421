import type { webApi } from "@slack/bolt";
import type { Logger } from "pino";
import type { MetricSeries } from "../intelligence/status-types.ts";
import type { UploadedPicture } from "./messages/status.ts";
import type { DrawPicture } from "./parts.ts";

/** Draws metrics and puts the pictures into Slack. */
export interface Pictures {
  /** The series as a picture that Slack holds; null (with the reason in the log) when it cannot be drawn or uploaded. */
  of(series: MetricSeries, dark: boolean): Promise<UploadedPicture | null>;
}

export function createPictures(client: webApi.WebClient, draw: DrawPicture, log: Logger): Pictures {
  return {
    async of(series, dark) {
      if (series.times.length === 0) {
        return null;
      }
      try {
        const { png, altText } = await draw(series, { dark });
        const answer = await client.filesUploadV2({
          file: Buffer.from(png),
          filename: `${series.entity}-${series.metric}.png`.replaceAll(/[^\w.-]+/g, "-"),
          title: `${series.entity}: ${series.metric}`,
          alt_text: altText.slice(0, 1000),
        });
        const fileId = answer.files?.[0]?.files?.[0]?.id;
        return fileId === undefined ? null : { fileId, altText };
      } catch (error) {
        log.warn({ err: error, metric: series.metric }, "picture could not be made, answering without it");
        return null;
      }
    },
  };
}
