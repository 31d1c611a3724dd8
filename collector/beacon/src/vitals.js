// Vitals: how fast and steady the page was for this visitor, as web.dev defines the Core Web Vitals.

const SESSION_GAP_MS = 1000; // web.dev/articles/cls: shifts less than 1 s apart are one window,
const SESSION_MS = 5000; // which lasts at most 5 s
const SHORTEST_MS = 16; // Event Timing reports no interaction under it
const PER_OUTLIER = 50; // web.dev/articles/inp: of every 50 interactions, the worst is left out

const durations = {}; // ms of each interaction, by its id
let vitals;
let observer;
let arePaintsPrompt;
let window_score;
let window_start;
let last_shift;

// A prerendered page's clock starts when it is shown.
const sinceStart = (time) =>
  Math.max(
    0,
    Math.round(time - (performance.getEntriesByType("navigation")[0].activationStart || 0)),
  );

// Takes note of an entry of any type: only a layout shift has a value, only an event an interaction.
const note = ({ entryType, name, startTime, hadRecentInput, value, interactionId, duration }) => {
  // "first-contentful-paint" makes fcp, "largest-contentful-paint" lcp; the latter is a type without name.
  const what = name || entryType;
  if (arePaintsPrompt && /content/.test(what)) vitals[what[0] + "cp"] = sinceStart(startTime);
  if (value && !hadRecentInput) {
    if (!(startTime - last_shift < SESSION_GAP_MS && startTime - window_start < SESSION_MS)) {
      window_score = 0;
      window_start = startTime;
    }
    last_shift = startTime;
    window_score += value;
    vitals.cls = Math.max(vitals.cls, window_score);
  }
  if (interactionId) durations[interactionId] = Math.max(durations[interactionId] || 0, duration);
};

export const measureVitals = () => {
  // In a page opened in the background paints wait for the visitor, which is no slowness.
  arePaintsPrompt = !document.hidden || document.prerendering;
  observer = new PerformanceObserver((list) => list.getEntries().map(note));
  vitals = { ttfb: sinceStart(performance.getEntriesByType("navigation")[0].responseStart) };
  // A type that the browser does not know would be warned of in the console.
  PerformanceObserver.supportedEntryTypes.map((type) => {
    if (/^lay/.test(type)) vitals.cls = 0;
    if (/^(event|la|paint)/.test(type))
      observer.observe({ type, buffered: 1, durationThreshold: SHORTEST_MS });
  });
};

// Returns the vitals once, undefined afterwards and where they cannot be measured.
export const takeVitals = () => {
  if (!vitals) return;
  observer.takeRecords().map(note); // what was not yet delivered
  const worst = Object.values(durations).sort((a, b) => b - a);
  const outliers = (performance.interactionCount || worst.length) / PER_OUTLIER;
  const taken = { ...vitals, inp: worst.slice(0, outliers + 1).pop() };
  vitals = 0;
  return taken;
};
