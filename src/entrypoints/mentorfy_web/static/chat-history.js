// The history: loaded when it is opened, searched while one types, walked through with the arrow keys.

import { ask } from "./mentorfy.js";

const PAUSE = 200; // milliseconds after the last letter
const panel = document.getElementById("history-panel");
const opener = document.getElementById("history");
const zone = new Date().getTimezoneOffset();
let waiting = 0;

const parts = (path) => {
  const address = new URL(path, location);
  address.searchParams.set("zone", zone);
  return ask(address, { headers: { "hx-request": "true" } });
};

async function load(path = opener.href) {
  const response = await parts(path).catch(() => null);
  if (!response?.ok) return location.assign("/chat/history");
  panel.innerHTML = await response.text();
  panel.querySelector("[data-close]").hidden = false;
}

/** Replace what was found, and leave the words one searches with alone. */
async function find(words) {
  const address = new URL(opener.href);
  address.searchParams.set("search", words);
  const response = await parts(address).catch(() => null);
  if (!response?.ok || panel.querySelector("#search")?.value !== words) return;
  const template = document.createElement("template");
  template.innerHTML = await response.text();
  panel.querySelector(".found").replaceWith(template.content.querySelector(".found"));
}

async function open() {
  opener.setAttribute("aria-expanded", "true");
  await load();
  panel.showModal();
  (panel.querySelector("[aria-current]") ?? panel.querySelector("#search")).scrollIntoView({ block: "nearest" });
  panel.querySelector("#search").focus();
}

opener.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  open();
});
panel.addEventListener("close", () => {
  opener.setAttribute("aria-expanded", "false");
  opener.focus();
});
panel.addEventListener("input", (event) => {
  if (event.target.id !== "search") return;
  clearTimeout(waiting);
  waiting = setTimeout(() => find(event.target.value), PAUSE);
});

panel.addEventListener("click", async (event) => {
  if (event.target === panel || event.target.closest("[data-close]")) return panel.close(); // panel: what lies behind it
  const more = event.target.closest(".more a");
  if (!more) return;
  event.preventDefault();
  const response = await parts(more.href);
  const template = document.createElement("template");
  template.innerHTML = await response.text();
  more.closest(".more").replaceWith(...template.content.querySelector(".found").childNodes);
});

/** What an arrow key moves through. */
const stops = () => [panel.querySelector("#search"), ...panel.querySelectorAll(".found li > a")];

panel.addEventListener("keydown", (event) => {
  const at = stops().indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
  if (event.key === "Enter" && event.target.id === "search") {
    event.preventDefault();
    panel.querySelector(".found li > a")?.click();
  } else if (event.key === "Escape" && panel.querySelector("details[open]")) {
    event.preventDefault();
    const details = panel.querySelector("details[open]");
    details.open = false;
    details.querySelector("summary").focus();
  } else if (at >= 0 && next !== undefined) {
    event.preventDefault();
    stops()[Math.max(0, Math.min(next, stops().length - 1))].focus();
  }
});
panel.addEventListener("toggle", (event) => {
  if (!event.target.matches("details") || !event.target.open) return;
  for (const other of panel.querySelectorAll("details[open]")) if (other !== event.target) other.open = false;
  event.target.querySelector("input").select();
}, true);

// ---- Renaming, deleting, and taking that back

panel.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.matches(".history-find")) return event.preventDefault();
  event.preventDefault();
  const row = form.closest("li");
  const response = await ask(form.action, { method: "POST", body: new FormData(form), headers: { "hx-request": "true" } });
  if (response.status !== 204) return location.assign("/chat/history");
  if (form.matches(".undo")) return restored(form);
  if (form.closest(".rename")) renamed(row, form.elements.title.value);
  else deleted(row);
});

const current = () => new URL(opener.href).searchParams.get("current");

function renamed(row, title) {
  const shown = title.split(/\s+/).join(" ").trim();
  row.querySelector("a").textContent = shown;
  row.querySelector("details").open = false;
  row.querySelector("summary").focus();
  if (row.dataset.id === current()) {
    document.getElementById("title").textContent = shown;
    document.title = `${shown} · Mentorfy`;
  }
}

function deleted(row) {
  const form = document.createElement("form");
  const address = new URL(row.querySelector(".delete").action);
  address.pathname = `/chat/${row.dataset.id}/restore`;
  form.method = "post";
  form.action = address;
  form.className = "undo";
  form.dataset.id = row.dataset.id;
  form.innerHTML = '<span role="status">Deleted.</span> <button class="plain small">Undo</button>';
  const place = document.createElement("li");
  place.dataset.id = row.dataset.id;
  place.append(form);
  row.replaceWith(place);
  form.querySelector("button").focus();
  if (row.dataset.id === current()) panel.addEventListener("close", () => leave(place), { once: true });
}

function leave(place) {
  if (place.isConnected && place.querySelector(".undo")) location.assign(`/chat?deleted=${place.dataset.id}`);
}

async function restored(form) {
  const words = panel.querySelector("#search").value;
  const { id } = form.dataset;
  await find(words);
  panel.querySelector(`li[data-id="${id}"] > a`)?.focus();
}
