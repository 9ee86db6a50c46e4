// A citation opens the passage in its place: beside the conversation, or over it on a phone.

import { ask } from "./mentorfy.js";

const panel = document.getElementById("panel");
const PHONE = matchMedia("(max-width: 60rem)");
let opener = null;

function closer() {
  const button = document.createElement("button");
  button.className = "quiet round close";
  button.type = "button";
  button.setAttribute("aria-label", "Close the source");
  button.title = "Close";
  button.textContent = "×";
  button.addEventListener("click", () => panel.close());
  return button;
}

async function open(link) {
  const response = await ask(link.pathname, { headers: { "hx-request": "true" } }).catch(() => null);
  if (!response || (response.status !== 200 && response.status !== 404)) return location.assign(link.href);
  opener = link;
  const content = document.createElement("div");
  content.className = "citation";
  if (response.status === 200) content.innerHTML = await response.text();
  else content.textContent = "This source is not here any more.";
  panel.replaceChildren(closer(), content);
  if (!panel.open) PHONE.matches ? panel.showModal() : panel.show();
  document.body.classList.toggle("beside", !PHONE.matches);
  panel.querySelector(".close").focus();
  const mark = panel.querySelector("mark");
  const page = panel.querySelector(".page");
  if (mark && page) page.scrollTop = mark.offsetTop - page.offsetTop - page.clientHeight / 3;
}

panel.addEventListener("close", () => {
  document.body.classList.remove("beside");
  opener?.focus({ preventScroll: true });
  opener = null;
});
panel.addEventListener("click", (event) => {
  if (event.target === panel && PHONE.matches) panel.close(); // beside it, on what lies behind
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && panel.open) panel.close();
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a.cite, a[data-cite]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  open(link);
});
