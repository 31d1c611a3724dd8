const durations = {};
let vitals;
let drain;
let window_start, window_score, last_shift;

export const measureVitals = () => {
  const { activationStart = 0, responseStart } = performance.getEntriesByType("navigation")[0];
  const isBackground = document.hidden && !document.prerendering
  const sinceStart = (time) => Math.max(0, Math.round(time - activationStart));
  const note = ({ entryType, name, startTime, hadRecentInput, value, interactionId, duration }) => {
    const what = name || entryType;
    if (/content/.test(what) && !isBackground) vitals[what[0] + "cp"] = sinceStart(startTime);
    if (value && !hadRecentInput) {
      if (!(startTime - last_shift < 1e3 && startTime - window_start < 5e3)) {
        window_score = 0;
        window_start = startTime;
      }
      last_shift = startTime;
      window_score += value;
      vitals.cls = Math.max(vitals.cls, window_score);
    }
    if (interactionId) durations[interactionId] = Math.max(durations[interactionId] || 0, duration);
  };
  const observer = new PerformanceObserver((list) => list.getEntries().map(note));
  vitals = { ttfb: sinceStart(responseStart) };
  drain = () => observer.takeRecords().map(note);
  PerformanceObserver.supportedEntryTypes.map((type) => {
    if (/^lay/.test(type)) vitals.cls = 0
    if (/^(event|la|paint)/.test(type)) observer.observe({ type, buffered: 1, durationThreshold: 16 });
  });
};

export const takeVitals = () => {
  if (!vitals) return;
  drain();
  const worst = Object.values(durations).sort((a, b) => b - a);
  vitals.inp = worst.slice(0, (performance.interactionCount || worst.length) / 50 + 1).pop();
  const taken = vitals;
  vitals = 0;
  return taken;
};
