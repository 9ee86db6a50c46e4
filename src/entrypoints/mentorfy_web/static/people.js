// Copying what is shown once; without this script one selects and copies by hand.
import { say } from "./mentorfy.js";

for (const button of document.querySelectorAll("[data-copies]")) {
  const field = document.getElementById(button.dataset.copies);
  button.hidden = false;
  field.addEventListener("focus", () => field.select());
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      say("Copied.");
    } catch {
      say("Press Ctrl+C, or Cmd+C, to copy what is selected.");
    }
  });
}
