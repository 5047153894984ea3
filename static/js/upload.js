// Uploads: many objects, three at a time, in a drawer beside the page that stays while pages change. Each is created here,
// sent by PUT to its upload URL (this server or the store itself), and completed.

const AT_ONCE = 3;
const STILL_COMPLETING = 60; // times a second: how long a store may copy
const MOVING = new Set(["waiting", "sending", "verifying"]);
const drawer = document.getElementById("drawer");
const form = document.getElementById("drawer-form");
const listed = document.getElementById("drawer-list");
const picker = document.getElementById("drawer-files");
const closer = document.getElementById("drawer-close");
const dropHere = document.getElementById("drop-here");
const sendings = [];

const UNITS = ["bytes", "KB", "MB", "GB", "TB"];

function inWords(size) {
  let power = 0;
  for (; size >= 1024 && power < UNITS.length - 1; power += 1) size /= 1024;
  return `${power ? size.toFixed(1) : Math.round(size)} ${UNITS[power]}`;
}

function timeInWords(seconds) {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  return seconds < 3600 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3600)} h`;
}

function say(words) {
  document.getElementById("drawer-said").textContent = words;
}

class Refused extends Error {
  constructor(message, code = "") {
    super(message);
    this.code = code;
  }
}

/** What this server answers to a call of the pages, or why it refuses it, in its words. */
async function call(address, fields = {}) {
  const headers = { Accept: "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value };
  let answer;
  try {
    answer = await fetch(address, { method: "POST", headers, body: new URLSearchParams(fields) });
  } catch {
    throw new Refused("The server cannot be reached.");
  }
  if (!answer.headers.get("Content-Type")?.startsWith("application/json")) {
    throw new Refused("You are no longer signed in here. Sign in again in another tab, then try again.");
  }
  const said = await answer.json();
  if (answer.ok) return said;
  throw new Refused(Object.values(said.errors ?? {})[0]?.[0] ?? said.message, said.code);
}

class Sending {
  constructor(file, name, options) {
    Object.assign(this, { file, name, options, phase: "waiting", id: "", sent: 0, rate: 0 });
    this.row = document.getElementById("drawer-row").content.firstElementChild.cloneNode(true);
    this.row.querySelector(".name").textContent = name;
    this.row.querySelector(".name").title = name;
    this.row.querySelector(".size").textContent = inWords(file.size);
    this.bar = this.row.querySelector("progress");
    this.bar.setAttribute("aria-label", `Upload of ${name}`);
    this.cancelButton = this.button(".cancel", "Cancel", () => this.cancel());
    this.retryButton = this.button(".retry", "Try again:", () => this.retry());
    this.enter("waiting", "Waiting");
  }

  button(selector, verb, act) {
    const button = this.row.querySelector(selector);
    button.querySelector(".hidden").textContent = `${verb} ${this.name}`;
    button.addEventListener("click", act);
    return button;
  }

  enter(phase, words) {
    this.phase = phase;
    this.row.dataset.phase = phase;
    this.row.querySelector(".phase").textContent = words;
    this.cancelButton.hidden = !MOVING.has(phase);
    this.retryButton.hidden = phase !== "failed" && phase !== "cancelled";
    sumUp();
  }

  async run() {
    this.enter("sending", "Beginning");
    try {
      const began = await call(drawer.dataset.create, { name: this.name, content_type: this.file.type, size: this.file.size, ...this.options });
      this.id = began.id;
      this.stopIfCancelled();
      refreshList();
      await this.put(began.upload_url, began.upload_headers);
      this.enter("verifying", "Verifying");
      await this.complete();
      this.bar.value = 1;
      this.enter("ready", "Ready");
      say(`${this.name} is ready.`);
    } catch (problem) {
      if (!(problem instanceof Refused)) throw problem;
      if (this.phase !== "cancelled") this.fail(problem.message);
    } finally {
      refreshList();
      runNext();
    }
  }

  stopIfCancelled() {
    if (this.phase !== "cancelled") return;
    this.forget();
    throw new Refused("Cancelled");
  }

  fail(words) {
    this.enter("failed", `Failed: ${words}`);
    say(`${this.name} failed: ${words}`);
  }

  put(address, headers) {
    const request = new XMLHttpRequest();
    this.request = request;
    this.began = performance.now();
    request.open("PUT", address);
    for (const [name, value] of Object.entries(headers)) {
      if (name.toLowerCase() !== "content-length") request.setRequestHeader(name, value); // the browser sends that itself
    }
    request.upload.addEventListener("progress", (event) => this.progress(event.loaded));
    return new Promise((resolve, reject) => {
      request.addEventListener("load", () => (request.status < 300 ? resolve() : reject(new Refused(refusalOf(request)))));
      request.addEventListener("abort", () => reject(new Refused("Cancelled")));
      request.addEventListener("error", () => reject(new Refused(whyNothingArrived(address))));
      request.send(this.file);
    });
  }

  progress(sent) {
    if (this.phase !== "sending") return;
    const seconds = (performance.now() - this.began) / 1000;
    this.sent = sent;
    this.rate = seconds > 0.3 ? sent / seconds : 0;
    const share = this.file.size ? sent / this.file.size : 1;
    this.bar.value = share;
    const left = this.rate && sent < this.file.size ? `, ${timeInWords((this.file.size - sent) / this.rate)} left` : "";
    const rate = this.rate ? `, ${inWords(this.rate)}/s${left}` : "";
    this.enter("sending", `Uploading ${Math.floor(share * 100)} %${rate}`);
  }

  async complete() {
    for (let time = 0; ; time += 1) {
      try {
        await call(`/uploads/${this.id}/complete`);
        return;
      } catch (problem) {
        if (problem.code !== "still_completing" || time === STILL_COMPLETING) throw problem;
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
  }

  cancel() {
    this.enter("cancelled", "Cancelled");
    this.request?.abort();
    this.forget();
    say(`${this.name} is cancelled.`);
    this.retryButton.focus();
  }

  /** What was begun is deleted; where that fails, the sweep of stale uploads does it. */
  forget() {
    if (this.id) call(`/uploads/${this.id}/cancel`).catch(() => {}).finally(refreshList);
    this.id = "";
  }

  retry() {
    this.forget();
    this.bar.value = 0;
    Object.assign(this, { request: null, sent: 0 });
    this.enter("waiting", "Waiting");
    this.cancelButton.focus();
    runNext();
  }
}

function refusalOf(request) {
  try {
    return JSON.parse(request.responseText).message;
  } catch {
    return `the store answered ${request.status}.`;
  }
}

function whyNothingArrived(address) {
  const { origin } = new URL(address, location.href);
  if (origin === location.origin) return "The connection to the server was lost.";
  return `The store at ${origin} cannot be reached, or refuses this page: its CORS rule has to allow PUT from ${location.origin}.`;
}

function runNext() {
  const running = sendings.filter((each) => each.phase === "sending" || each.phase === "verifying").length;
  for (const next of sendings.filter((each) => each.phase === "waiting").slice(0, Math.max(AT_ONCE - running, 0))) next.run();
}

function sumUp() {
  const moving = sendings.filter((each) => MOVING.has(each.phase));
  const ready = sendings.filter((each) => each.phase === "ready").length;
  document.getElementById("drawer-sum").textContent = sendings.length ? `${ready} of ${sendings.length} ready` : "";
  if (moving.length) window.onbeforeunload = (event) => event.preventDefault();
  else window.onbeforeunload = null;
}

let refreshing = 0;

/** The list of objects, where it is on the page, shows soon what has changed; not oftener than twice a second. */
function refreshList() {
  clearTimeout(refreshing);
  refreshing = setTimeout(() => {
    if (document.getElementById("list") && !document.querySelector("#list .menu[open]")) {
      window.htmx.ajax("GET", location.pathname + location.search, { target: "#list", select: "#list", swap: "outerHTML" });
    }
  }, 500);
}

function optionsOf(fields) {
  const { visibility, lifetime, metadata } = fields.elements;
  return { visibility: visibility.value, lifetime: lifetime.value, metadata: metadata.value };
}

/** `found` are pairs of a file and the name that the object gets. */
function add(found, options) {
  for (const [file, name] of found) {
    const sending = new Sending(file, name, options);
    sendings.push(sending);
    listed.append(sending.row);
  }
  if (found.length) say(`${found.length} added.`);
  open();
  sumUp();
  runNext();
}

const named = (files) => [...files].map((file) => [file, file.webkitRelativePath || file.name]);

function open() {
  drawer.hidden = false;
  closer.setAttribute("data-closes", "");
}

function close() {
  drawer.hidden = true;
  closer.removeAttribute("data-closes");
  for (const over of sendings.filter((each) => !MOVING.has(each.phase) && each.phase !== "failed")) {
    over.row.remove();
    sendings.splice(sendings.indexOf(over), 1);
  }
  sumUp();
  document.querySelector("[data-upload]")?.focus();
}

closer.addEventListener("click", close);
document.getElementById("drawer-choose").addEventListener("click", () => picker.click());
picker.addEventListener("change", () => {
  add(named(picker.files), optionsOf(form));
  picker.value = "";
});
form.addEventListener("submit", (event) => event.preventDefault());

// Before htmx hears of the link, which leads to the page that serves without this script.
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-upload]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  event.stopPropagation();
  open();
  document.getElementById("drawer-choose").focus();
}, { capture: true });

document.addEventListener("submit", (event) => {
  if (event.target.id !== "upload-form") return;
  event.preventDefault();
  add(named(event.target.elements.content.files), optionsOf(event.target));
  event.target.reset();
});

// Dropping, anywhere.
const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");

document.addEventListener("dragover", (event) => {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  dropHere.hidden = false;
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) dropHere.hidden = true;
});
document.addEventListener("drop", async (event) => {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  dropHere.hidden = true;
  // Both have to be asked for before the event is over.
  const dropped = [...event.dataTransfer.items].filter((item) => item.kind === "file")
    .map((item) => [item.webkitGetAsEntry?.(), item.getAsFile()]);
  const found = await Promise.all(dropped.map(([entry, file]) => (entry ? inside(entry) : [[file, file.name]])));
  add(found.flat(), optionsOf(form));
});

/** Everything in a folder that was dropped, named by its path; of a single file, the file. */
async function inside(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => { entry.file(resolve, reject); });
    return [[file, entry.fullPath.replace(/^\//, "")]];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (!some.length) return found;
    for (const each of some) found.push(...await inside(each));
  }
}
