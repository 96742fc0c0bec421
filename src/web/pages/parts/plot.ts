import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type uPlot from "uplot";

/** A drawing's place on the page and the drawing itself, once its place has a width. */
interface Plot {
  readonly place: RefObject<HTMLDivElement | null>;
  readonly plot: { readonly current: uPlot | null };
}

/**
 * Draws once the place has a width, follows that width, and goes with the component.
 * @param height CSS pixels · @param draw makes the drawing from what is newest at that moment
 */
export function usePlot(height: number, draw: (element: HTMLDivElement) => uPlot): Plot {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const newest = useRef(draw);
  newest.current = draw;
  useEffect(() => {
    const element = place.current;
    if (element === null) {
      return;
    }
    const observer = new ResizeObserver(() => {
      if (element.clientWidth === 0) {
        return;
      }
      if (plot.current === null) {
        plot.current = newest.current(element);
      } else {
        plot.current.setSize({ width: element.clientWidth, height });
      }
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [height]);
  return { place, plot };
}
