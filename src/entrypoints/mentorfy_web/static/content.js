// The content page, live: rows change one by one, and nothing that somebody ticked, focused or reads moves.

import { refreshClocks } from "./clocks.js";
import { reloadPanel } from "./document_panel.js";
import { ask, organization, say } from "./mentorfy.js";
import { patch, rowsOf, within } from "./content_rows.js";
import { steadily } from "./steady.js";
import "./selection.js";

const EVERY = 2000;
const BARS_EVERY = 5; // polls
const table = document.getElementById("documents");
const bars = document.getElementById("bars");
const query = new URLSearchParams(location.search);
const filter = new URLSearchParams([...query].filter(([name]) => name === "q" || name === "show"));
const opened = new Set(table?.dataset.opened.split(".").filter(Boolean));
let revision = Number(table?.dataset.revision ?? bars?.dataset.revision ?? 0);
let polls = 0;
let asking = false;

/** The server reads it when the page is opened again. */
function remember() {
  const value = opened.size ? [...opened].slice(-100).join(".") : "none";
  document.cookie = `mentorfy_open_${organization.slice(0, 8)}=${value}; path=/; max-age=31536000; samesite=strict`;
  if (query.has("open")) {
    query.delete("open");
    history.replaceState(history.state, "", query.size ? `/?${query}` : "/");
  }
}

function parameters(more) {
  const all = new URLSearchParams(filter);
  for (const folder of opened) all.append("open", folder);
  if (table?.dataset.root) all.append("open", table.dataset.root);
  if (!opened.size) all.append("open", "none");
  for (const [name, value] of Object.entries(more)) all.set(name, value);
  return all;
}

async function toggle(link) {
  const folder = link.dataset.folder;
  const row = link.closest("tr");
  if (opened.delete(folder)) {
    link.setAttribute("aria-expanded", "false");
    within(row).forEach((each) => each.remove());
    return remember();
  }
  row.setAttribute("aria-busy", "true");
  const answer = await ask(`/content/inside?${parameters({ folder })}`);
  row.removeAttribute("aria-busy");
  if (!answer.ok) return say("This folder could not be opened. Reload the page.");
  opened.add(folder);
  link.setAttribute("aria-expanded", "true");
  row.after(...rowsOf(await answer.text()));
  refreshClocks();
  return remember();
}

async function showMore(link) {
  const row = link.closest("tr");
  const answer = await ask(`/content/inside?${parameters({ folder: row.dataset.inside, after: link.dataset.more })}`);
  if (!answer.ok) return say("The list could not go on. Reload the page.");
  const rows = rowsOf(await answer.text());
  row.replaceWith(...rows);
  rows[0]?.querySelector("a")?.focus({ preventScroll: true });
  refreshClocks();
}

async function poll() {
  if (asking || document.hidden) return;
  asking = true;
  try {
    const answer = await ask(`/content/changes?${parameters({ since: revision })}`);
    if (answer.status === 200) await change(await answer.json());
    else if (answer.status === 409 || answer.redirected) location.reload();
    if (++polls % BARS_EVERY === 0 || bars.querySelector(".tray")) await refreshBars();
  } catch {
    // The server does not answer: the next poll asks again.
  } finally {
    asking = false;
  }
}

async function change(news) {
  const isStart = !document.getElementById("find");
  if (news.reload || (isStart && news.counts[""])) return location.reload();
  revision = news.revision;
  steadily(() => {
    if (table) patch(table, news, opened);
    count(news);
  });
  refreshClocks();
  await refreshBars();
  if (news.documents.length) reloadPanel(news.documents.map((one) => one.id));
  if (!news.whole) setTimeout(poll);
}

function count(news) {
  for (const shown of document.querySelectorAll("[data-count]")) {
    const number = news.counts[shown.dataset.count];
    shown.textContent = number.toLocaleString("en");
    const chip = shown.closest("a");
    chip.hidden = !number && shown.dataset.count !== "" && !chip.hasAttribute("aria-current");
  }
  const summary = document.getElementById("summary");
  if (summary) summary.innerHTML = news.summary;
}

async function refreshBars() {
  const answer = await ask("/content/bars");
  if (!answer.ok) return;
  const text = await answer.text();
  if (text === bars.dataset.last || bars.contains(document.activeElement)) return;
  bars.dataset.last = text;
  const wasOpen = bars.querySelector("details")?.open;
  steadily(() => {
    bars.innerHTML = text; // our own template
    if (wasOpen) bars.querySelector("details")?.setAttribute("open", "");
  });
  refreshClocks();
}

table?.addEventListener("click", (event) => {
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
  const folder = event.target.closest("a[data-folder]");
  const more = event.target.closest("a[data-more]");
  if (!plain || !(folder || more)) return;
  event.preventDefault();
  (folder ? toggle(folder) : showMore(more)).catch(() => say("The server does not answer. Try again in a moment."));
});
document.addEventListener("mentorfy:imported", (event) => {
  if (!table) return;
  event.preventDefault();
  poll();
});
document.addEventListener("mentorfy:changed", poll);
document.addEventListener("visibilitychange", poll);
setInterval(poll, EVERY);
