// Said: one polite message for those who hear the page.

export function say(text) {
  const place = document.getElementById("said");
  if (place) place.textContent = text;
}
