// Places: loads the map when its panel comes near, as it is the largest part of the page.

const NEAR = "300px";

let watched = null;

export function startPlaces(section) {
  const map = section.querySelector("[data-map]");
  if (!map) return;
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
