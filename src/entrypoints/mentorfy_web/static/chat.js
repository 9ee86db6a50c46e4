// The chat: asking without leaving the page, answers as they are written, Stop, and what other windows did.

import { ask } from "./mentorfy.js";
import "./chat-sources.js";
import "./chat-history.js";

const NEWS = 4000; // milliseconds between two looks for what another window did
const NEAR = 160; // pixels from the end within which the page follows an answer
const ENDINGS = [["stopped", "The answer was stopped."], ["aborted", "The answer broke off."], ["failed", "There is no answer."]];
const AT_THE_LIMIT = 0.9;

const turns = document.getElementById("turns");
const composer = document.getElementById("composer");
const box = document.getElementById("text");
const send = document.getElementById("send");
const stop = document.getElementById("stop");
const trouble = document.getElementById("trouble");
const progress = document.getElementById("progress");
const counter = document.getElementById("counter");
const streams = new Map(); // by the answer's address
const here = () => /^\/chat\/[0-9a-f-]{36}$/.test(location.pathname);

// ---- The page

const isAtEnd = () => innerHeight + scrollY >= document.documentElement.scrollHeight - NEAR;
const goToEnd = () => scrollTo({ top: document.documentElement.scrollHeight });

/** Change the page; follow its end only where the person reads there. */
function keepingPlace(change) {
  const follow = isAtEnd();
  change();
  if (follow) goToEnd();
}

function rowsOf(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return [...template.content.querySelectorAll("article.turn")];
}

/** Put rows where they belong: in place of what stands there, or at the end. */
function place(rows) {
  for (const row of rows) {
    const old = document.getElementById(row.id);
    if (old) old.replaceWith(row);
    else turns.append(row);
    enliven(row);
  }
  for (const form of turns.querySelectorAll("form.again")) {
    if (form.closest("article") !== lastRow()) form.remove();
  }
  showWhoIsBusy();
}

const lastRow = () => [...turns.querySelectorAll("article.turn")].at(-1);

function enliven(row) {
  for (const button of row.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
  if (row.classList.contains("streaming")) follow(row);
}

function showWhoIsBusy() {
  if (!composer) return;
  const busy = Boolean(turns.querySelector("article.streaming"));
  if (busy !== stop.hidden) return;
  const hadFocus = document.activeElement === stop;
  stop.hidden = !busy;
  send.hidden = busy;
  if (hadFocus) box.focus();
}

// ---- An answer as it is written

function follow(row) {
  const address = row.dataset.address;
  streams.get(address)?.close();
  const source = new EventSource(`${address}/events`);
  streams.set(address, source);
  const finish = () => {
    source.close();
    streams.delete(address);
  };
  source.addEventListener("text", (event) => {
    const now = document.getElementById(row.id);
    if (!now) return finish();
    keepingPlace(() => grow(now, event.data));
  });
  source.addEventListener("end", (event) => {
    finish();
    const rows = rowsOf(event.data);
    keepingPlace(() => place(rows));
    progress.textContent = ENDINGS.find(([status]) => rows[0].classList.contains(status))?.[1] ?? "The answer is complete.";
  });
  source.addEventListener("gone", () => {
    finish();
    location.assign("/chat");
  });
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) finish(); // the next look for news shows how it ended
  });
}

/** Show a longer answer; what has not changed is left alone. */
function grow(row, html) {
  const answer = row.querySelector(".answer");
  const template = document.createElement("template");
  template.innerHTML = html;
  const blocks = [...template.content.childNodes];
  blocks.forEach((block, at) => {
    const old = answer.childNodes[at];
    if (!old) answer.append(block);
    else if (!old.isEqualNode(block)) old.replaceWith(block);
  });
  while (answer.childNodes.length > blocks.length) answer.lastChild.remove();
  const thinking = row.querySelector(".thinking");
  if (thinking) thinking.hidden = true;
}

stop?.addEventListener("click", () => {
  progress.textContent = "Stopping.";
  for (const row of turns.querySelectorAll("article.streaming")) {
    ask(`${row.dataset.address}/stop`, { method: "POST", headers: { "hx-request": "true" } });
  }
});

// ---- Asking

function complain(sentence) {
  trouble.textContent = sentence;
  trouble.hidden = !sentence;
}

const key = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;

async function explanation(response) {
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return page.querySelector("main p:not(.faint)")?.textContent ?? "That did not work. Please try again.";
}

/** Post a form for rows; what they are is in the answer. The same key is the same question, however often it is sent. */
async function post(action, body) {
  const response = await ask(action, { method: "POST", body, headers: { "hx-request": "true" } });
  if (response.redirected || response.headers.get("hx-redirect")) location.assign("/login");
  if (response.status !== 202) throw new Error(await explanation(response));
  place(rowsOf(await response.text()));
  goToEnd();
  progress.textContent = "Looking through the documents.";
  return response;
}

function expect(text) {
  const row = document.createElement("article");
  row.className = "turn person pending";
  const said = document.createElement("div");
  said.className = "said";
  said.textContent = text;
  row.append(said);
  turns.append(row);
  goToEnd();
  return row;
}

async function say() {
  const text = box.value.trim();
  if (!text || send.disabled) return;
  complain("");
  send.disabled = true;
  const waiting = expect(text);
  const form = new FormData(composer);
  box.value = "";
  fit();
  try {
    const response = await post(composer.action, form);
    waiting.remove();
    composer.elements.key.value = key();
    if (!here()) begun(response);
  } catch (error) {
    waiting.remove();
    box.value = text;
    fit();
    complain(error instanceof TypeError ? "Mentorfy does not answer. Your message is still here; try again." : error.message);
  } finally {
    send.disabled = false;
    box.focus();
  }
}

/** The conversation exists now: so does its address. */
function begun(response) {
  const path = response.headers.get("location");
  const title = decodeURIComponent(response.headers.get("x-title"));
  history.pushState({}, "", path);
  const address = new URL(composer.action);
  address.pathname = path;
  composer.action = address;
  document.title = `${title} · Mentorfy`;
  document.getElementById("title").textContent = title;
  document.querySelector(".bots")?.remove();
  document.querySelector(".greeting.fresh .invitation")?.closest(".greeting").remove();
  document.querySelector(".greeting.fresh")?.classList.remove("fresh");
  document.querySelector("form.undo")?.remove();
  const list = document.getElementById("history");
  list.href = `/chat/history?current=${path.split("/").at(-1)}`;
  document.getElementById("new-chat").hidden = false;
}

addEventListener("popstate", () => location.reload());

composer?.addEventListener("submit", (event) => {
  event.preventDefault();
  say();
});

turns.addEventListener("submit", async (event) => {
  const form = event.target.closest("form.again");
  if (!form) return;
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    await post(form.action, new FormData(form));
    box?.focus({ preventScroll: true });
  } catch (error) {
    button.disabled = false;
    complain(error.message);
  }
});

turns.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const answer = button.closest("article").querySelector(".answer");
  await navigator.clipboard.writeText(answer.innerText.trim());
  progress.textContent = "Copied.";
  button.lastChild.textContent = "Copied";
  setTimeout(() => (button.lastChild.textContent = "Copy"), 2000);
});

// ---- The box one writes in

function fit() {
  const near = box.value.length > AT_THE_LIMIT * box.maxLength;
  counter.textContent = near ? `${box.value.length.toLocaleString()} of ${box.maxLength.toLocaleString()} characters` : "";
  if (CSS.supports("field-sizing", "content")) return;
  box.rows = Math.min(8, Math.max(1, box.value.split("\n").length));
}

box?.addEventListener("input", () => keepingPlace(fit));
box?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (!stop.hidden) return;
  say();
});

// ---- Other windows

async function look() {
  if (document.hidden || !here() || streams.size || (send && send.disabled)) return;
  const last = lastRow();
  if (!last || new URLSearchParams(location.search).has("before")) return;
  const response = await ask(`${location.pathname}/news?state=${last.dataset.state ?? ""}`, {
    headers: { "hx-request": "true" },
  }).catch(() => null);
  if (response?.status === 200) {
    const rows = rowsOf(await response.text());
    keepingPlace(() => place(rows));
  }
  if (response?.status === 404) location.assign("/chat");
}

setInterval(look, NEWS);
document.addEventListener("visibilitychange", look);

// ---- Begin

document.body.addEventListener("htmx:afterSwap", () => turns.querySelectorAll("article.turn").forEach((row) => {
  for (const button of row.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
}));
turns.querySelectorAll("article.turn").forEach(enliven);
showWhoIsBusy();
if (box) {
  fit();
  if (matchMedia("(hover: hover)").matches) box.focus({ preventScroll: true }); // no keyboard jumps up on a phone
}
if (here() && turns.querySelector("article") && !location.search) goToEnd();
