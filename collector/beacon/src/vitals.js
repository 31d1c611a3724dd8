// Vitals: how fast and steady the page was for this visitor, after web.dev's Core Web Vitals.
//
// Two simplifications. INP is the slowest interaction: web.dev leaves out one of every fifty, so that after
// more than fifty (a long form) ours may be higher, never lower. And a page opened in the background, a
// prerendered one too, is not measured: its paints wait for the visitor, which is no slowness.

const SESSION_GAP_MS = 1000; // web.dev/articles/cls: shifts less than 1 s apart are one window,
const SESSION_MS = 5000; // which lasts at most 5 s
const SHORTEST_MS = 16; // Event Timing reports no interaction under it

export const vitals = {};
let window_score;
let window_start;
let last_shift;

export const measureVitals = () => {
  // A type that the browser does not know would be warned of in the console.
  PerformanceObserver.supportedEntryTypes.map((type) => {
    if (/shift/.test(type)) vitals.cls = 0;
    if (/event|nav|paint|shift/.test(type))
      new PerformanceObserver((list) =>
        // Only a layout shift has a value, only the navigation a response, only an event an interaction.
        list
          .getEntries()
          .map(
            ({
              name,
              startTime,
              responseStart,
              value,
              hadRecentInput,
              interactionId,
              duration,
            }) => {
              // "first-contentful-paint" makes fcp, "largest-contentful-paint" lcp, a type without name.
              name ||= type;
              if (/content/.test(name)) vitals[name[0] + "cp"] = startTime;
              if (responseStart) vitals.ttfb = responseStart;
              if (value && !hadRecentInput) {
                if (
                  !(startTime - last_shift < SESSION_GAP_MS && startTime - window_start < SESSION_MS)
                ) {
                  window_score = 0;
                  window_start = startTime;
                }
                last_shift = startTime;
                window_score += value;
                if (!(vitals.cls > window_score)) vitals.cls = window_score;
              }
              if (interactionId && !(vitals.inp > duration)) vitals.inp = duration;
            },
          ),
      ).observe({ type, buffered: true, durationThreshold: SHORTEST_MS });
  });
};
