// One document beside the list. Its address is the document's own, so that it can be shared and reloaded.

import { refreshClocks } from "./clocks.js";
import { ask, say } from "./mentorfy.js";
import { remove, restore, retry } from "./selection.js";

const panel = () => document.getElementById("panel");
let opener = null;

async function load(id) {
  const answer = await ask(`/documents/${id}`, { headers: { "x-part": "panel" } });
  if (!answer.ok) throw new Error();
  return answer.text();
}

export async function openPanel(id) {
  const text = await load(id);
  const beside = panel() ?? make();
  beside.dataset.document = id;
  beside.querySelector(".inside").innerHTML = text; // our own template
  beside.scrollTop = 0;
  document.title = `${beside.querySelector("h2").textContent} · Mentorfy`;
  beside.querySelector("h2").focus({ preventScroll: true });
  mark(id);
  refreshClocks();
}

/** Bring an open panel up to date when its document changed. */
export async function reloadPanel(ids) {
  const beside = panel();
  if (!beside || !ids.includes(beside.dataset.document)) return;
  const fresh = document.createElement("div");
  fresh.innerHTML = await load(beside.dataset.document);
  const old = [...beside.querySelector(".inside").children];
  [...fresh.children].forEach((part, number) => {
    if (!old[number] || old[number].innerHTML === part.innerHTML) return;
    const held = old[number].contains(document.activeElement);
    old[number].replaceWith(part);
    if (held) beside.querySelector("h2").focus({ preventScroll: true });
  });
  refreshClocks();
}

function make() {
  const beside = document.createElement("aside");
  beside.id = "panel";
  beside.className = "panel document-panel";
  beside.setAttribute("aria-label", "Document");
  const close = document.createElement("button");
  close.type = "button";
  close.className = "quiet round close";
  close.setAttribute("aria-label", "Close the document");
  close.append(document.getElementById("close-icon").content.cloneNode(true));
  close.addEventListener("click", () => leave());
  const inside = document.createElement("div");
  inside.className = "inside";
  beside.append(close, inside);
  document.body.append(beside);
  return beside;
}

function mark(id) {
  document.querySelector("tr.current")?.classList.remove("current");
  document.getElementById(`d-${id}`)?.classList.add("current");
}

function close() {
  panel()?.remove();
  mark("");
  document.title = "Content · Mentorfy";
  if (opener?.isConnected) opener.focus({ preventScroll: true });
}

function leave() {
  if (history.state?.panel) history.go(-(history.state.depth ?? 1));
  else close();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("#documents tr.document td.name a");
  if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  opener = link;
  const id = link.closest("tr").id.slice(2);
  const depth = (history.state?.depth ?? 0) + 1;
  openPanel(id)
    .then(() => history.pushState({ panel: id, depth }, "", `/documents/${id}`))
    .catch(() => location.assign(link.href));
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  const beside = panel();
  if (!beside?.contains(form)) return;
  event.preventDefault();
  const id = beside.dataset.document;
  const path = new URL(form.action).pathname;
  const doing = path.endsWith("/remove")
    ? remove([id]).then(leave)
    : path.endsWith("/restore")
      ? restore([id])
      : retry([{ id, cycle: Number(event.submitter.value) }]);
  doing.catch((error) => say(error.message || "The server does not answer. Nothing was changed."));
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && panel() && !document.querySelector("dialog[open]")) leave();
});
window.addEventListener("popstate", (event) => {
  if (event.state?.panel) openPanel(event.state.panel).catch(() => location.reload());
  else close();
});
