// SQL: the page for questions: its editor, and answers without loading the page again.

import { showBlanks } from "./blanks.js";
import { startChart } from "./chart.js";
import { say } from "./said.js";
import { namesOf, startEditor } from "./sql-editor.js";

const form = document.getElementById("question");
const area = document.getElementById("text");
const blanks = document.getElementById("blanks");
const stop = document.getElementById("stop");
let running = null;

const editor = startEditor(area, {
  onChange: (text) => showBlanks(blanks, text),
  onAsk: () => form.requestSubmit(document.getElementById("ask")),
});
drawn();
startNames();
startInserting();
form.addEventListener("submit", (event) => {
  // Files and saving are the browser's own.
  if (event.submitter?.hasAttribute("formaction")) return;
  event.preventDefault();
  ask();
});
stop.addEventListener("click", () => running?.abort());

async function ask() {
  running?.abort();
  const mine = new AbortController();
  running = mine;
  busy(true);
  try {
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(form.action, { method: "POST", body, signal: mine.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.getElementById("result")) {
      // Signed out, or an error that the whole page has to say: as without script.
      form.submit();
      return;
    }
    swap(page);
  } catch (error) {
    if (error.name === "AbortError") {
      if (running === mine) say("Stopped.");
    } else form.submit();
  } finally {
    if (running === mine) {
      running = null;
      busy(false);
    }
  }
}

function busy(isBusy) {
  document.getElementById("result").setAttribute("aria-busy", String(isBusy));
  stop.hidden = !isBusy;
}

function swap(page) {
  for (const id of ["purpose", "result", "asked"]) {
    document.getElementById(id).replaceWith(document.importNode(page.getElementById(id), true));
  }
  const result = document.getElementById("result");
  if (result.dataset.link) history.replaceState({}, "", result.dataset.link);
  drawn();
  const refusal = result.querySelector("[role=alert] pre")?.textContent;
  const place = refusal?.match(/^Syntax error.*? failed at position (\d+)/);
  if (place) editor.point(Number(place[1]));
  say(refusal ?? result.querySelector("#result-size")?.textContent ?? "");
}

function drawn() {
  const result = document.getElementById("result");
  if (result.dataset.chart) startChart(result);
}

async function startNames() {
  try {
    const answer = await fetch(form.dataset.names);
    if (answer.ok) editor.complete(namesOf(await answer.json()));
  } catch {
    // Without names the editor completes keywords alone.
  }
}

function startInserting() {
  for (const button of document.querySelectorAll("[data-insert]")) {
    button.disabled = false;
    button.addEventListener("click", () => editor.insert(button.dataset.insert));
  }
}
