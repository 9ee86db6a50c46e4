// What every page does: htmx requests and our own carry the organisation the page was made for.

export const organization = document.body.dataset.organization ?? "";
export const headers = organization ? { "x-mentorfy-organization": organization } : {};

document.body.addEventListener("htmx:configRequest", (event) => Object.assign(event.detail.headers, headers));

/** Ask the server; never from the browser's cache. */
export async function ask(path, options = {}) {
  const answer = await fetch(path, { cache: "no-store", ...options, headers: { ...headers, ...options.headers } });
  tellSwitched(answer.headers.get("x-mentorfy-switched"));
  return answer;
}

document.body.addEventListener("htmx:responseError", (event) =>
  tellSwitched(event.detail.xhr.getResponseHeader("x-mentorfy-switched")));

// Another tab acts for another organisation now: this page is no longer what it says.
function tellSwitched(sentence) {
  if (sentence) say(decodeURIComponent(sentence), { label: "Reload", act: () => location.reload() });
}

const SHOWN = 15000; // milliseconds of a notice that asks for nothing

/** Say something that a screen reader hears too; with a button where something can be done about it. */
export function say(sentence, button) {
  const line = document.createElement("p");
  line.className = "notice";
  line.textContent = sentence;
  if (button) {
    const does = document.createElement("button");
    does.className = "quiet small";
    does.textContent = button.label;
    does.addEventListener("click", () => {
      line.remove();
      button.act();
    });
    line.append(" ", does);
  }
  document.getElementById("notices").replaceChildren(line);
  if (!button) setTimeout(() => line.remove(), SHOWN);
}

// A menu closes with Escape, and when one clicks elsewhere.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
