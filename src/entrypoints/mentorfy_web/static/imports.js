// The import dialog: every step is a page of its own; here its middle is shown in a dialog and kept up to date.

import { ask, say } from "./mentorfy.js";
import { listChosen, sendFiles } from "./import-sending.js";

const asPart = () => ({ "x-mentorfy-part": dialog() ? "dialog" : "page" });
const EVERY = 1000;
const NOW_AND_THEN = 5000; // while a person reads the plan
const NO_ANSWER = "The server does not answer. Nothing was lost; try again in a moment.";
let timer = 0;

/** The part of the page that is the import, wherever it stands. */
const current = () => document.querySelector("[data-import-part]");
const dialog = () => document.querySelector("dialog.import-dialog");

/** Ask for a part and show it; whatever comes of that, what is shown is kept up to date afterwards. */
async function load(address, options = {}) {
  clearTimeout(timer);
  try {
    const answer = await ask(address, { ...options, headers: asPart() });
    if (answer.status === 204) return;
    const text = await answer.text();
    if (answer.ok) show(text, answer.url);
    else complain(text);
  } finally {
    watch();
  }
}

/** Put a new part in the place of the old one; where only numbers moved, move only those. */
function show(text, address) {
  const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-import-part]");
  const old = current();
  if (!fresh || !old) return location.assign(address);
  if (fresh.dataset.done !== undefined && (dialog() || old.dataset.since)) return finish(fresh);
  const warnings = [old, fresh].map((part) => part.querySelectorAll(".warning").length);
  const same = old.dataset.state === fresh.dataset.state && warnings[0] === warnings[1] && old.querySelector(".import-now") && fresh.querySelector(".import-now");
  if (same) move(old, fresh);
  else {
    old.replaceWith(fresh);
    enhance();
    fresh.querySelector("#import-title")?.focus({ preventScroll: true });
    if (!dialog()) scrollTo(0, 0);
    if (!dialog() && address) history.replaceState(null, "", withoutSince(new URL(address)));
  }
}

function withoutSince(address) {
  address.searchParams.delete("since");
  return address;
}

function move(old, fresh) {
  old.dataset.since = fresh.dataset.since;
  for (const id of ["import-count", "import-current"]) {
    old.querySelector(`#${id}`).textContent = fresh.querySelector(`#${id}`).textContent;
  }
  const [bar, now] = [old, fresh].map((part) => part.querySelector("#import-bar"));
  if (bar && now) [bar.max, bar.value] = [now.max, now.value];
}

function complain(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  complainWith(page.querySelector("main h1 ~ p")?.textContent ?? "That did not work. Try again.");
}

function complainWith(sentence) {
  const part = current();
  if (!part) return say(sentence);
  part.querySelector(":scope > .problem.now")?.remove();
  const line = document.createElement("p");
  line.className = "problem now";
  line.role = "alert";
  line.textContent = sentence;
  part.querySelector(".import-head").after(line);
}

/** The dialog closes itself; the page behind it refreshes, and a notice says what was done. */
function finish(fresh) {
  const notice = fresh.querySelector("[data-notice]");
  if (!dialog()) {
    sessionStorage.setItem("mentorfy-notice", notice.innerHTML);
    return location.assign("/");
  }
  dialog().close();
  const wanted = new CustomEvent("mentorfy:imported", { cancelable: true, detail: { notice } });
  if (document.dispatchEvent(wanted)) {
    sessionStorage.setItem("mentorfy-notice", notice.innerHTML);
    location.reload();
  } else tell(notice.innerHTML);
}

/** Our own page's words, as the server escaped them. */
function tell(markup) {
  const line = document.createElement("div");
  line.className = "notice";
  line.append(...new DOMParser().parseFromString(markup, "text/html").body.childNodes);
  const close = document.createElement("button");
  close.className = "quiet small";
  close.textContent = "Dismiss";
  close.addEventListener("click", () => line.remove());
  line.append(close);
  document.getElementById("notices").replaceChildren(line);
}

function watch() {
  clearTimeout(timer);
  const part = current();
  if (part?.dataset.since === undefined) return;
  timer = setTimeout(async () => {
    if (document.hidden) return watch();
    const query = new URLSearchParams({ since: part.dataset.since });
    await load(`${part.dataset.address}?${query}`).catch(() => {}); // the server does not answer: it will
  }, part.dataset.since === "plan" ? NOW_AND_THEN : EVERY);
}

function open(address) {
  const box = document.createElement("dialog");
  box.className = "import-dialog";
  box.setAttribute("aria-labelledby", "import-title");
  const part = document.createElement("section");
  part.dataset.importPart = "";
  part.className = "import";
  const title = document.createElement("h2");
  title.id = "import-title";
  title.tabIndex = -1;
  title.textContent = "Import documents";
  part.append(title);
  box.append(part);
  document.body.append(box);
  const opener = document.activeElement;
  box.addEventListener("close", () => {
    clearTimeout(timer);
    box.remove();
    opener?.focus();
  });
  box.showModal();
  return load(address).catch(() => location.assign(address));
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("a[data-import]");
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
  if (opener && plain && !current()) {
    event.preventDefault();
    open(opener.href);
  }
  const link = event.target.closest("[data-import-part] a[data-part]");
  if (link && plain) {
    event.preventDefault();
    load(link.href).catch(() => location.assign(link.href));
  }
  if (event.target.closest("[data-import-part] [data-close]")) dialog()?.close();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.closest("[data-import-part]")) return;
  event.preventDefault();
  if (form.matches("[data-upload]")) return sendFiles(form, { load, complain: complainWith, tell });
  const body = new FormData(form, event.submitter);
  const address = event.submitter?.getAttribute("formaction") ?? form.action;
  event.submitter?.setAttribute("aria-busy", "true");
  load(address, { method: "POST", body: form.enctype === "multipart/form-data" ? body : new URLSearchParams(body) })
    .catch(() => complainWith(NO_ANSWER))
    .finally(() => event.submitter?.removeAttribute("aria-busy"));
});

document.addEventListener("change", (event) => {
  if (event.target.name === "take") countTaken(event.target.closest("form[data-plan]"));
});

/** How many files would be imported, while boxes are ticked: the server's number, and what differs from it. */
function countTaken(form) {
  const button = form.querySelector("[data-taken]");
  const changes = [...form.querySelectorAll("[name=take]")].map((box) => box.checked - box.defaultChecked);
  const taken = changes.reduce((sum, one) => sum + one, Number(button.dataset.taken));
  button.textContent = taken ? `Import ${taken.toLocaleString("en")} file${taken === 1 ? "" : "s"}` : "Finish";
}

/** What was chosen or ticked before this script was there counts, too. */
function enhance() {
  for (const form of document.querySelectorAll("form[data-plan]")) countTaken(form);
  for (const form of document.querySelectorAll("form[data-upload]")) listChosen(form);
}

enhance();
const left = sessionStorage.getItem("mentorfy-notice");
if (left) {
  sessionStorage.removeItem("mentorfy-notice");
  tell(left);
}
watch();
