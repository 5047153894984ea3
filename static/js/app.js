// What every page does beyond links and forms: menus, copying, messages, keys. Without this file all pages still work.

const keysOff = document.documentElement.dataset.shortcuts === "off";
const said = document.getElementById("said");

/** Tell screen readers, politely. */
export function say(words) {
  said.textContent = "";
  requestAnimationFrame(() => { said.textContent = words; });
}

async function copy(button) {
  const source = button.dataset.copyFrom && document.getElementById(button.dataset.copyFrom);
  const text = source ? (source.value ?? source.textContent) : button.dataset.copy;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    if (source?.select) source.select();
    say("This browser does not let pages copy. The text is selected.");
    return;
  }
  button.classList.add("copied");
  button.querySelector("use")?.setAttribute("href", "#i-check");
  setTimeout(() => button.querySelector("use")?.setAttribute("href", "#i-copy"), 2000);
  say("Copied");
}

document.addEventListener("click", (event) => {
  const { target } = event;
  for (const menu of document.querySelectorAll(".menu[open]")) {
    if (!menu.contains(target) || target.closest(".items :is(a, button):not([data-stay])")) menu.open = false;
  }
  const button = target.closest("button");
  if (button?.dataset.copy !== undefined || button?.dataset.copyFrom) copy(button);
  if (button?.dataset.dismiss !== undefined) button.closest(".toast").remove();
  if (button?.classList.contains("burger")) {
    button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") !== "true"));
  } else if (target.closest(".side a")) {
    document.querySelector(".burger")?.setAttribute("aria-expanded", "false");
  }
});

// Controls that act as soon as they are changed, where a button beside them serves without a script.
document.addEventListener("change", (event) => {
  if (event.target.closest("[data-submit-on-change]")) event.target.form.requestSubmit();
});

// Messages of success go by themselves; what went wrong stays until it was read.
function retireToasts() {
  for (const toast of document.querySelectorAll(".toast:not(.error, [data-counted])")) {
    toast.dataset.counted = "";
    setTimeout(() => {
      if (toast.matches(":hover, :focus-within")) toast.addEventListener("mouseleave", () => toast.remove(), { once: true });
      else toast.remove();
    }, 10_000);
  }
}
retireToasts();
document.addEventListener("htmx:afterSettle", retireToasts);

// A link that was made this moment is copied at once, where the browser lets a page do so.
document.addEventListener("htmx:afterSettle", () => {
  for (const button of document.querySelectorAll("[data-copy-now]")) {
    delete button.dataset.copyNow;
    copy(button);
  }
});

// After a page has changed, reading goes on at its top; a form that was sent keeps the focus near where it was.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt?.id === "content" && document.activeElement === document.body) {
    document.getElementById("content").focus({ preventScroll: true });
  }
});
document.addEventListener("htmx:sendError", () => say("The server cannot be reached."));

/** The innermost thing that is open closes; true where there was one. */
function closeInnermost() {
  const menu = [...document.querySelectorAll(".menu[open]")].at(-1);
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
    return true;
  }
  const close = document.querySelector("[data-closes]");
  close?.click();
  return Boolean(close);
}

const isTyping = (element) => element.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
    closeInnermost();
    return;
  }
  if (keysOff || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "?") document.getElementById("shortcuts").showModal();
  else if (event.key === "/") document.querySelector("input[type=search]")?.focus();
  else if (event.key === "u") document.querySelector("[data-upload]")?.click();
  else return;
  event.preventDefault();
});
