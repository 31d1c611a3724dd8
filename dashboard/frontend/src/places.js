// Places: loads the map when its panel comes near, as it is the largest part of the page.

const NEAR = "300px";

let watched = null;
let drawn = null; // the last picture, which stays until the next one is there

export function startPlaces(section) {
  const map = section.querySelector("[data-map]");
  if (!map) return;
  const empty = map.querySelector("svg");
  if (drawn) empty.replaceWith(drawn);
  else drawn = empty;
  watched?.disconnect();
  watched = new IntersectionObserver(
    async (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watched.disconnect();
      const { drawMap } = await import(map.dataset.mapScript);
      await drawMap(section, map);
    },
    { rootMargin: NEAR },
  );
  watched.observe(map);
}
