// Lists of objects: selecting rows, going through them by keys, and keeping still while somebody works in them.
// Without this file the boxes and buttons work all the same.

const selected = new Set();
let currentId = "";
let lastBox = null;

const list = () => document.getElementById("list");
const boxes = () => [...document.querySelectorAll("#list input[name=object]")];
const rows = () => [...document.querySelectorAll("#list tbody tr")];

const addressOf = (row) => `/objects/${row.id}/`;

function showSelection() {
  const all = boxes();
  for (const box of all) {
    box.checked = selected.has(box.value);
    box.closest("tr").classList.toggle("chosen", box.checked);
  }
  const bar = document.querySelector("#list .selection");
  if (!bar) return;
  bar.toggleAttribute("data-any", selected.size > 0);
  document.getElementById("count").textContent = selected.size ? `${selected.size} selected` : `${rows().length} on this page`;
  const head = document.getElementById("all");
  head.checked = all.length > 0 && selected.size === all.length;
  head.indeterminate = selected.size > 0 && !head.checked;
}

function select(box, chosen) {
  if (chosen) selected.add(box.value);
  else selected.delete(box.value);
}

/** A box that is clicked with Shift takes all between it and the one before along. */
function selectUpTo(box) {
  const all = boxes();
  const [from, to] = [all.indexOf(lastBox), all.indexOf(box)].sort((a, b) => a - b);
  for (const between of all.slice(Math.max(from, 0), to + 1)) select(between, box.checked);
}

document.addEventListener("click", (event) => {
  const box = event.target.closest("#list input[name=object]");
  if (box) {
    if (event.shiftKey && lastBox?.isConnected) selectUpTo(box);
    else select(box, box.checked);
    lastBox = box;
    showSelection();
  }
  if (event.target.closest("[data-download-all]")) downloadAll();
});

document.addEventListener("change", (event) => {
  if (event.target.id !== "all") return;
  for (const box of boxes()) select(box, event.target.checked);
  showSelection();
});

/** Browsers take the downloads of one click for one another's end when they come at once. */
function downloadAll() {
  [...document.querySelectorAll("#downloads a")].forEach((link, place) => setTimeout(() => link.click(), place * 400));
}

document.addEventListener("submit", (event) => {
  if (event.target.id === "several" && event.submitter?.name === "do") selected.clear();
});

/** Each row gets its menu, of what would work on it; the server says that, and decides again when it is asked. */
function giveMenus() {
  const template = document.getElementById("row-menu");
  for (const row of template ? rows() : []) {
    const cell = row.querySelector(".actions");
    if (cell.firstElementChild) continue;
    const link = row.querySelector(".name a");
    cell.append(template.content.cloneNode(true));
    cell.querySelector("summary").setAttribute("aria-label", `Actions on ${link.textContent}`);
    cell.querySelector("[data-copy]").dataset.copy = template.dataset.base + addressOf(row);
    for (const button of cell.querySelectorAll("[data-do]")) {
      if (row.dataset.can.split(" ").includes(button.dataset.do)) button.setAttribute("formaction", addressOf(row) + button.dataset.do);
      else button.remove();
    }
    window.htmx.process(cell);
  }
}

/** What was selected and where the keys were, in the list as it has come back. */
function takeUpAgain() {
  if (!list()) return;
  giveMenus();
  const here = new Set(boxes().map((box) => box.value));
  for (const id of selected) if (!here.has(id)) selected.delete(id);
  showSelection();
  const focused = document.activeElement;
  if (currentId && (focused === document.body || focused.id === "content")) {
    document.getElementById(currentId)?.querySelector(".name a")?.focus({ preventScroll: true });
  }
}
takeUpAgain();
document.addEventListener("htmx:afterSettle", takeUpAgain);

// A list that refreshes itself holds still under an open menu.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches("[data-live]") && (document.hidden || document.querySelector("#list .menu[open]"))) event.preventDefault();
});

// A change that leads back to the same address is no new page.
document.addEventListener("htmx:beforeHistoryUpdate", (event) => {
  const { history } = event.detail;
  if (history.path === location.pathname + location.search) history.type = "replace";
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest("#list tbody tr");
  if (row) currentId = row.id;
  else if (event.target.closest(".panel")) currentId = document.querySelector("#list tr[aria-current]")?.id ?? "";
});

function move(step) {
  const all = rows();
  const at = all.findIndex((row) => row.id === currentId);
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)];
  next?.querySelector(".name a")?.focus();
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  x: (row) => row?.querySelector("input[name=object]")?.click(),
  c: (row) => row?.querySelector("[data-copy]")?.click(),
  p: (row) => row?.querySelector("[formaction$=publish]")?.click(),
  Delete: (row) => row?.querySelector("[formaction$=delete]")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key] || !list()) return;
  if (document.documentElement.dataset.shortcuts === "off" || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]")) return;
  event.preventDefault();
  KEYS[event.key](document.getElementById(currentId));
});
