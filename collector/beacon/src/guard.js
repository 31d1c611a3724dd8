// Guard: whatever fails in here, the page goes on without noticing.

// Returns what `action` returns, or undefined when it throws.
export const attempt = (action) => {
  try {
    return action();
  } catch {}
};

// 128 random bits as text, or undefined in a browser without `crypto`.
export const random = () =>
  attempt(() => crypto.getRandomValues(new Uint32Array(4)).join("-"));
