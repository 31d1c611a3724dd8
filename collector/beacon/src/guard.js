// Guard: whatever fails in here, the page goes on without noticing.

// Returns `action` as a function that never throws: where it would, it returns undefined.
export const guard =
  (action) =>
  (...given) => {
    try {
      return action(...given);
    } catch {}
  };

// Returns 128 random bits as text, or undefined in a browser without `crypto`.
export const random = () => crypto?.getRandomValues(new Uint32Array(4)).join("-");
