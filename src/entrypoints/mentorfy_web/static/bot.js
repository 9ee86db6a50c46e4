// A bot's page: the draft is saved while it is written, and what follows from it is shown at once.

import { ask, say } from "./mentorfy.js";

const form = document.getElementById("bot-form");
const list = document.getElementById("instruction-list");
const address = form.dataset.address;
const PAUSE = 500;
const AGAIN = 3000;

let timer = 0;
let sending = null;
let dirty = false;
let clashed = false;

allowPublishing();
number();

form.addEventListener("input", later);
form.addEventListener("change", later);
if ([...form.elements].some(differs)) later(); // written before this script was there, or brought back by the browser

/** Tell whether a field holds something else than the server sent. */
function differs(field) {
  if (field.type === "radio" || field.type === "checkbox") return field.checked !== field.defaultChecked;
  return field.matches("input:not([type=hidden]), textarea") && field.value !== field.defaultValue;
}

/** Save soon; while somebody types, not yet. */
function later() {
  dirty = true;
  document.getElementById("publish").disabled = false;
  if (!clashed) tell("Saving…");
  clearTimeout(timer);
  timer = setTimeout(save, PAUSE);
}

/** Save what is written, one request at a time, until nothing is unsaved or saving does not work. */
async function save() {
  clearTimeout(timer);
  if (sending) {
    await sending;
    if (!dirty) return;
  }
  dirty = false;
  sending = send();
  await sending;
  sending = null;
}

async function send() {
  const body = new URLSearchParams(new FormData(form));
  try {
    const path = `${address}/${clashed ? "preview" : "draft"}`;
    const answer = await ask(path, { method: "POST", body, headers: { "hx-request": "true" } });
    const html = await answer.text();
    if (!html.includes('id="bot-bar"')) return failed();
    show(html, clashed ? ["bot-beside"] : ["bot-news", "bot-beside", "bot-bar"]);
    if (answer.status === 409) {
      clashed = true;
      lookAtNews();
    }
    if (clashed) tell("Not saved: this draft was changed elsewhere. Choose at the top.", true);
    else if (!answer.ok) tell("Not saved", true);
  } catch {
    dirty = true;
    tell("Not saved: no connection. Trying again…", true);
    timer = setTimeout(save, AGAIN);
  }
}

/** Somebody signed out, switched the organisation, or something broke: the words stay on the page. */
function failed() {
  dirty = true;
  tell("Not saved", true);
  say("Saving did not work: you may be signed out or act for another organisation. Copy what you wrote, then reload.");
}

/** A colleague was faster: one of the two drafts has to be chosen. */
function lookAtNews() {
  document.getElementById("bot-news").scrollIntoView({ block: "center" });
}

/** Replace the parts of the page that follow from what is written; focus stays where it is. */
function show(html, parts) {
  const arrived = new DOMParser().parseFromString(html, "text/html");
  const focused = document.activeElement?.id;
  for (const id of parts) {
    document.getElementById(id).replaceWith(arrived.getElementById(id));
  }
  allowPublishing();
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
  const version = document.querySelector("#bot-bar [name=version]").value;
  for (const field of document.querySelectorAll("[data-version]")) field.value = version;
  const wrongs = [...arrived.querySelectorAll("#wrongs li")];
  for (const field of form.querySelectorAll("[data-setting]")) {
    const { setting } = field.dataset;
    complain(field, setting, wrongs.find((one) => one.dataset.setting === setting)?.textContent ?? "");
  }
}

function complain(field, setting, sentence) {
  field.classList.toggle("wrong", sentence !== "");
  const line = document.getElementById(`${setting}-error`);
  if (line.textContent !== sentence) line.textContent = sentence;
  document.getElementById(setting)?.toggleAttribute("aria-invalid", sentence !== "");
  if (sentence) document.getElementById(setting)?.setAttribute("aria-invalid", "true");
}

function allowPublishing() {
  const publish = document.getElementById("publish");
  publish.disabled = "nothing" in publish.dataset && !dirty;
}

function tell(words, wrong = false) {
  const line = document.getElementById("saving");
  if (line.textContent !== words) line.textContent = words;
  line.classList.toggle("error", wrong);
}

// Instructions: added, moved and removed on the page; the saved draft follows.
form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.id === "add-instruction") {
    event.preventDefault();
    list.append(document.getElementById("new-instruction").content.cloneNode(true));
    number();
    list.lastElementChild.querySelector("textarea").focus();
    later();
  } else if (button?.dataset.move) {
    event.preventDefault();
    move(button, button.closest("li"));
    later();
  }
});

function move(button, item) {
  const { previousElementSibling: before, nextElementSibling: after } = item;
  if (button.dataset.move === "remove") {
    item.remove();
    ((after ?? before)?.querySelector("textarea") ?? document.getElementById("add-instruction")).focus();
  }
  if (button.dataset.move === "up") before?.before(item);
  if (button.dataset.move === "down") after?.after(item);
  number();
  if (button.dataset.move !== "remove") (button.disabled ? item.querySelector("textarea") : button).focus();
}

function number() {
  [...list.children].forEach((item, index) => {
    const shown = index + 1;
    const words = item.querySelector("textarea");
    words.id = `instruction-${shown}`;
    item.querySelector("label").textContent = `Instruction ${shown}`;
    item.querySelector("label").htmlFor = words.id;
    item.querySelector(".number").textContent = shown;
    for (const button of item.querySelectorAll("[data-move]")) {
      const { move: way } = button.dataset;
      button.value = `${way}:${index}`;
      button.disabled = (way === "up" && index === 0) || (way === "down" && shown === list.children.length);
      button.ariaLabel = way === "remove" ? `Remove instruction ${shown}` : `Move instruction ${shown} ${way}`;
    }
  });
}

// Whatever leaves the page waits until the draft is saved, but for the button that saves it over a colleague's.
document.addEventListener("submit", async (event) => {
  const { submitter, target } = event;
  if (target.id === "try-form" || event.defaultPrevented) return;
  const overwrites = clashed && submitter?.value === "save";
  if (overwrites) dirty = false;
  if (!overwrites && clashed && target === form) {
    event.preventDefault();
    lookAtNews();
    return;
  }
  if (!dirty && !sending) return;
  event.preventDefault();
  const id = submitter?.id;
  await save();
  if (clashed || dirty) return;
  target.requestSubmit(submitter?.isConnected ? submitter : document.getElementById(id));
});
window.addEventListener("beforeunload", (event) => {
  if (dirty || sending) event.preventDefault();
});

// Trying: the answers come without leaving the page.
document.getElementById("try-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = new URLSearchParams(new FormData(event.target));
  const button = event.target.querySelector("button");
  const place = document.getElementById("trial");
  button.disabled = true;
  place.textContent = "Asking…";
  try {
    if (dirty || sending) await save();
    const answer = await ask(`${address}/try`, { method: "POST", body, headers: { "hx-request": "true" } });
    const arrived = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("trial");
    if (arrived) {
      place.replaceWith(arrived);
      arrived.scrollIntoView({ block: "nearest" });
    } else place.textContent = "That did not work. Try again in a moment.";
  } catch {
    place.textContent = "No connection. Try again in a moment.";
  }
  button.disabled = false;
});
