import type { webApi } from "@slack/bolt";
import type { Logger } from "pino";
import type { MetricSeries } from "../../status/status-types.ts";
import type { UploadedPicture } from "../messages/status.ts";
import type { DrawPicture, Picture } from "../parts.ts";

/** Draws metrics and puts the pictures into Slack. */
export interface Pictures {
  /** The series as a picture that Slack holds; null (with the reason in the log) when it cannot be drawn or uploaded. */
  of(series: MetricSeries, dark: boolean): Promise<UploadedPicture | null>;
  /** Any picture, drawn when it is asked for; null as above. */
  upload(title: string, draw: () => Promise<Picture>): Promise<UploadedPicture | null>;
}

export function createPictures(client: webApi.WebClient, draw: DrawPicture, log: Logger): Pictures {
  const upload: Pictures["upload"] = async (title, drawOne) => {
    try {
      const { png, altText } = await drawOne();
      const answer = await client.filesUploadV2({
        file: Buffer.from(png),
        filename: `${title}.png`.replaceAll(/[^\w.-]+/g, "-"),
        title,
        alt_text: altText.slice(0, 1000),
      });
      const fileId = answer.files?.[0]?.files?.[0]?.id;
      return fileId === undefined ? null : { fileId, altText };
    } catch (error) {
      log.warn({ err: error, title }, "picture could not be made, answering without it");
      return null;
    }
  };
  return {
    upload,
    async of(series, dark) {
      return series.times.length === 0
        ? null
        : upload(`${series.entity}: ${series.metric}`, () => draw(series, { dark }));
    },
  };
}
