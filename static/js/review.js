// The keys of the review. Everything they do is a button or a link on the page.
"use strict";

const KEYS_OFF = "review-keys-off";
let active = null;

const resolver = () => document.getElementById("resolver");
const rows = () => [...document.querySelectorAll("table.review tbody tr")];
const isOff = () => localStorage.getItem(KEYS_OFF) === "1";

function activate(row) {
  if (!row) return;
  document.querySelector("tr.is-active")?.classList.remove("is-active");
  row.classList.add("is-active");
  active = row.id;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const all = rows();
  const at = all.findIndex((row) => row.id === active);
  activate(all[Math.min(Math.max(at + step, 0), all.length - 1)]);
}

// A key that is pressed while the answer to the last one is on its way waits for it.
const waiting = [];
const isBusy = () => document.querySelector("#resolver .htmx-request, #resolver.htmx-request, #resolver-place.htmx-request, table.review .htmx-request") !== null;

function press(key) {
  if (isBusy()) {
    waiting.push(key);
    return true;
  }
  const place = resolver() || document.getElementById(active);
  const found = place?.querySelector(`[data-key="${CSS.escape(key)}"]`);
  found?.click();
  return Boolean(found);
}

function close() {
  waiting.length = 0;
  const place = document.getElementById("resolver-place");
  if (!place?.firstElementChild) {
    document.querySelector("[data-close]")?.click();
    return;
  }
  place.replaceChildren();
  activate(document.getElementById(active));
}

const ACTIONS = {
  arrowdown: () => (resolver() ? press("j") : move(1)),
  arrowup: () => (resolver() ? press("k") : move(-1)),
  j: () => (resolver() ? press("j") : move(1)),
  k: () => (resolver() ? press("k") : move(-1)),
  enter: () => document.getElementById(active)?.querySelector("[data-open]").click(),
  escape: close,
  c: () => resolver()?.querySelector("[data-picker]")?.focus(),
  "/": () => {
    const search = document.getElementById("search");
    search?.closest("details")?.setAttribute("open", "");
    search?.focus();
  },
  "?": () => document.getElementById("review-keys")?.showModal(),
  h: () => document.getElementById("review-keys")?.showModal(),
};

function isTyping(target) {
  return target.closest("input:not([type=checkbox]), textarea, select, dialog, [contenteditable]") !== null;
}

document.addEventListener("keydown", (event) => {
  const key = event.key.toLowerCase();
  if (isTyping(event.target)) {
    if (key === "escape" && resolver()?.contains(event.target)) event.target.blur();
    return;
  }
  if ((event.ctrlKey || event.metaKey) && key === "z") {
    event.preventDefault();
    document.querySelector("[data-undo]")?.click();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isOff()) return;
  // A focused button or link keeps its own Enter.
  if (key === "enter" && event.target.closest("a, button, summary")) return;
  if (ACTIONS[key]) {
    event.preventDefault();
    ACTIONS[key]();
  } else if (/^[a-z1-9]$/.test(key) && press(key)) {
    event.preventDefault();
  }
});

document.addEventListener("click", (event) => {
  const row = event.target.closest("table.review tbody tr");
  if (row) {
    document.querySelector("tr.is-active")?.classList.remove("is-active");
    row.classList.add("is-active");
    active = row.id;
  }
  if (event.target.closest("[data-show-keys]")) document.getElementById("review-keys").showModal();
  const link = event.target.closest("#resolver-place [data-close]");
  if (link) {
    event.preventDefault();
    close();
  }
});

// Ticks: all of the page at once, and with Shift all between the last one and this.
const ticks = () => [...document.querySelectorAll("input[name=ticked]")];
let lastTick = null;

function tickBetween(first, last, isOn) {
  const all = ticks();
  const [from, to] = [all.indexOf(first), all.indexOf(last)].sort((a, b) => a - b);
  if (from >= 0) for (const box of all.slice(from, to + 1)) box.checked = isOn;
}

function chooseTicked() {
  const rowsChoice = document.getElementById("id_rows");
  if (!rowsChoice) return;
  if (ticks().some((box) => box.checked)) rowsChoice.value = "ticked";
  else if (rowsChoice.value === "ticked") rowsChoice.value = "top";
}

document.addEventListener("click", (event) => {
  const box = event.target;
  if (!box.matches("input[name=ticked]")) return;
  if (event.shiftKey && lastTick) tickBetween(lastTick, box, box.checked);
  lastTick = box;
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-tick-all]")) for (const box of ticks()) box.checked = event.target.checked;
  if (event.target.matches("[data-tick-all], [name=ticked]")) chooseTicked();
  if (event.target.matches("[data-keys-off]")) localStorage.setItem(KEYS_OFF, event.target.checked ? "1" : "");
});

// What was swapped has lost the focus: it goes back to the panel, or to the row.
document.addEventListener("htmx:afterSettle", (event) => {
  const panel = resolver();
  if (panel && (event.target.id === "resolver" || event.target.id === "resolver-place")) {
    active = `row-${panel.dataset.row}`;
    document.querySelector("tr.is-active")?.classList.remove("is-active");
    document.getElementById(active)?.classList.add("is-active");
    panel.focus({ preventScroll: true });
  } else if (!panel && event.target.id === active) {
    activate(document.getElementById(active));
  }
  if (waiting.length && !isBusy()) setTimeout(() => waiting.length && press(waiting.shift()), 0);
});

// Without an answer nobody knows which row the next key would be for.
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, () => { waiting.length = 0; });
}

function showScripted() {
  for (const each of document.querySelectorAll("[data-show-keys], [data-tick-all]")) each.hidden = false;
}

document.addEventListener("htmx:afterSettle", showScripted);
showScripted();
for (const box of document.querySelectorAll("[data-keys-off]")) box.checked = isOff();
