import type { backend_util } from "@tensorflow/tfjs";

type ConvInfo = ReturnType<typeof backend_util.computeConv2DInfo>;

/** Geometry of a convolution, image in NHWC order. */
export interface Geometry {
  readonly batch: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly channels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly top: number;
  readonly left: number;
}

export function geometryOf(info: ConvInfo): Geometry {
  return {
    batch: info.batchSize,
    inHeight: info.inHeight,
    inWidth: info.inWidth,
    channels: info.inChannels,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    filterHeight: info.filterHeight,
    filterWidth: info.filterWidth,
    strideHeight: info.strideHeight,
    strideWidth: info.strideWidth,
    dilationHeight: info.dilationHeight,
    dilationWidth: info.dilationWidth,
    top: info.padInfo.top,
    left: info.padInfo.left,
  };
}

/** Called for each run of values that lie together in the image and in the column matrix. */
type Run = (imageAt: number, columnAt: number, length: number) => void;

/** Runs of one row of a patch; `imageRow` counts pixels from the start of the image. */
function runsOfRow(g: Geometry, imageRow: number, left: number, columnAt: number, run: Run): void {
  if (g.dilationWidth === 1) {
    const from = Math.max(left, 0);
    const to = Math.min(left + g.filterWidth, g.inWidth);
    if (to > from) {
      run((imageRow + from) * g.channels, columnAt + (from - left) * g.channels, (to - from) * g.channels);
    }
    return;
  }
  for (let tap = 0; tap < g.filterWidth; tap++) {
    const x = left + tap * g.dilationWidth;
    if (x >= 0 && x < g.inWidth) {
      run((imageRow + x) * g.channels, columnAt + tap * g.channels, g.channels);
    }
  }
}

/**
 * Visits every patch of the image: row (b, y, x) of the column matrix holds the patch under output pixel (b, y, x),
 * filterHeight × filterWidth × channels long. Parts that lie in the padding are skipped.
 */
function forEachRun(g: Geometry, run: Run): void {
  const patchRow = g.filterWidth * g.channels;
  let columnAt = 0;
  for (let b = 0; b < g.batch; b++) {
    for (let y = 0; y < g.outHeight; y++) {
      const top = y * g.strideHeight - g.top;
      for (let x = 0; x < g.outWidth; x++) {
        const left = x * g.strideWidth - g.left;
        for (let tap = 0; tap < g.filterHeight; tap++, columnAt += patchRow) {
          const imageRow = top + tap * g.dilationHeight;
          if (imageRow >= 0 && imageRow < g.inHeight) {
            runsOfRow(g, (b * g.inHeight + imageRow) * g.inWidth, left, columnAt, run);
          }
        }
      }
    }
  }
}

/** im2col: copies each patch into its row; `columns` must be zero where the padding lies. */
export function imageToColumns(g: Geometry, image: Float32Array, columns: Float32Array): void {
  forEachRun(g, (imageAt, columnAt, length) => {
    for (let i = 0; i < length; i++) {
      columns[columnAt + i] = image[imageAt + i] as number;
    }
  });
}

/** col2im: adds each row to the patch it came from; `image` must be zero at the start. */
export function columnsToImage(g: Geometry, columns: Float32Array, image: Float32Array): void {
  forEachRun(g, (imageAt, columnAt, length) => {
    for (let i = 0; i < length; i++) {
      image[imageAt + i] = (image[imageAt + i] as number) + (columns[columnAt + i] as number);
    }
  });
}

/** Copies an image of one layout into the other: NCHW to NHWC, or back. */
export function swapLayout(
  source: Float32Array,
  target: Float32Array,
  shape: { readonly batch: number; readonly pixels: number; readonly channels: number },
  to: "channelsLast" | "channelsFirst",
): void {
  const { batch, pixels, channels } = shape;
  for (let b = 0; b < batch; b++) {
    const base = b * pixels * channels;
    for (let pixel = 0; pixel < pixels; pixel++) {
      for (let channel = 0; channel < channels; channel++) {
        const last = base + pixel * channels + channel;
        const first = base + channel * pixels + pixel;
        if (to === "channelsLast") {
          target[last] = source[first] as number;
        } else {
          target[first] = source[last] as number;
        }
      }
    }
  }
}
