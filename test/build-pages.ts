import { buildStalePages } from "../scripts/build-pages.mjs";

/** Tests see the dashboard as its sources are now. */
export async function setup(): Promise<void> {
  await buildStalePages();
}
