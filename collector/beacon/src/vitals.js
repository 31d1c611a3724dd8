// Vitals: how fast and steady the page was for this visitor, as web.dev defines the Core Web Vitals.

const SESSION_GAP_MS = 1000; // web.dev/articles/cls: shifts less than 1 s apart are one window,
const SESSION_MS = 5000; // which lasts at most 5 s
const SHORTEST_MS = 16; // Event Timing reports no interaction under it
const PER_OUTLIER = 50; // web.dev/articles/inp: of every 50 interactions, the worst is left out

const durations = {}; // ms of each interaction, by its id
const drains = []; // each takes what its observer has not yet delivered
let vitals;

// Returns true when this browser measures the type.
const observe = (type, note) => {
  // An unknown type would be warned of in the console.
  if (!PerformanceObserver.supportedEntryTypes.includes(type)) return;
  const observer = new PerformanceObserver((list) => list.getEntries().map(note));
  observer.observe({ type, buffered: true, durationThreshold: SHORTEST_MS });
  return drains.push(() => observer.takeRecords().map(note));
};

export const measureVitals = () => {
  const { activationStart = 0, responseStart } = performance.getEntriesByType("navigation")[0];
  // A prerendered page's clock starts when it is shown.
  const sinceStart = (time) => Math.max(0, Math.round(time - activationStart));
  let window_score = 0;
  let window_start;
  let last_shift;

  vitals = { ttfb: sinceStart(responseStart) };
  // In a page opened in the background paints wait for the visitor, which is no slowness.
  if (!document.hidden || document.prerendering) {
    observe("paint", ({ name, startTime }) => {
      if (/contentful/.test(name)) vitals.fcp = sinceStart(startTime);
    });
    observe("largest-contentful-paint", ({ startTime }) => {
      vitals.lcp = sinceStart(startTime);
    });
  }
  const isSteadyKnown = observe("layout-shift", ({ hadRecentInput, startTime, value }) => {
    if (hadRecentInput) return;
    if (!(startTime - last_shift < SESSION_GAP_MS && startTime - window_start < SESSION_MS)) {
      window_score = 0;
      window_start = startTime;
    }
    last_shift = startTime;
    window_score += value;
    vitals.cls = Math.max(vitals.cls, window_score);
  });
  if (isSteadyKnown) vitals.cls = 0;
  observe("event", ({ interactionId, duration }) => {
    if (interactionId) durations[interactionId] = Math.max(durations[interactionId] || 0, duration);
  });
};

// Returns the vitals once, undefined afterwards and where they cannot be measured.
export const takeVitals = () => {
  if (!vitals) return;
  drains.map((drain) => drain());
  drains.length = 0
  const worst = Object.values(durations).sort((a, b) => b - a);
  vitals.inp = worst
    .slice(0, (performance.interactionCount || worst.length) / PER_OUTLIER + 1)
    .pop();
  const taken = vitals;
  vitals = 0;
  return taken;
};
