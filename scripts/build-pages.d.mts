/** Bundles the dashboard into dist/web/pages. */
export function buildPages(): Promise<void>;
/** Bundles the dashboard where it was never bundled, or where its sources are newer. */
export function buildStalePages(): Promise<void>;
