// Rows of the content page: where each belongs, and how one is replaced without moving anything.

/** Rows from the server's own templates. */
export function rowsOf(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return [...template.content.querySelectorAll("tr")];
}

/** The rows that are shown inside a folder's row, however deep. */
export function within(row) {
  const inside = new Set([row.id.slice(2)]);
  const found = [];
  for (let next = row.nextElementSibling; next && inside.has(next.dataset.inside); next = next.nextElementSibling) {
    found.push(next);
    if (next.id.startsWith("f-")) inside.add(next.id.slice(2));
  }
  return found;
}

/** Put news into the table. */
export function patch(table, news, opened) {
  for (const id of news.emptied) takeOut(document.getElementById(`f-${id}`));
  if (!("list" in table.dataset)) news.folders.forEach((folder) => settle(table, folder, `f-${folder.id}`, opened));
  for (const one of news.documents) {
    const row = document.getElementById(`d-${one.id}`);
    const left = row && row.dataset.inside !== one.inside;
    if (one.removed || (left && !one.html)) takeOut(row);
    else if (one.html && (one.wanted || row)) settle(table, one, `d-${one.id}`, opened);
  }
}

function takeOut(row) {
  if (!row) return;
  const held = row.contains(document.activeElement);
  const next = row.nextElementSibling ?? row.previousElementSibling;
  if (row.id.startsWith("f-")) within(row).forEach((each) => each.remove());
  row.remove();
  if (held) next?.querySelector("a")?.focus({ preventScroll: true });
}

/** Bring a row up to date, or put it where it belongs. */
function settle(table, one, id, opened) {
  const [fresh] = rowsOf(one.html);
  const row = document.getElementById(id);
  const stays = row && row.dataset.key === fresh.dataset.key && row.dataset.inside === fresh.dataset.inside;
  if (stays) return refresh(row, fresh);
  const ticked = row?.querySelector("input[name=document]")?.checked;
  const inside = row && id.startsWith("f-") ? within(row) : [];
  const place = placeOf(table, one, id[0], opened);
  if (place === undefined) return takeOut(row);
  const held = row?.contains(document.activeElement);
  row?.remove();
  place.parent.insertBefore(fresh, place.before);
  fresh.after(...inside);
  if (ticked) fresh.querySelector("input[name=document]").checked = true;
  if (held) fresh.querySelector("a").focus({ preventScroll: true });
}

/** Change the cells that differ; the tick and the focus stay. */
function refresh(row, fresh) {
  row.className = fresh.className;
  [...row.cells].forEach((cell, number) => {
    const now = fresh.cells[number];
    const tick = cell.querySelector("input");
    if (tick) return Object.assign(tick, { value: now.querySelector("input").value });
    if (cell.innerHTML === now.innerHTML) return;
    const held = cell.contains(document.activeElement);
    cell.replaceChildren(...now.childNodes);
    if (held) (cell.querySelector("a, button") ?? row.querySelector("a")).focus({ preventScroll: true });
  });
}

/** Where a new row belongs; undefined where it is not shown: a closed folder, or a portion not asked for yet. */
function placeOf(table, one, kind, opened) {
  const parent = table.tBodies[0];
  const root = table.dataset.root ?? "";
  const holder = one.inside === root ? null : document.getElementById(`f-${one.inside}`);
  if (one.inside !== root && !(holder && opened.has(one.inside))) return undefined;
  const all = holder ? within(holder) : [...parent.rows];
  const here = all.filter((row) => row.dataset.inside === one.inside);
  const alike = here.filter((row) => row.id.startsWith(kind));
  const later = alike.find((row) => row.dataset.key > one.key);
  if (later) return { parent, before: later };
  const more = here.find((row) => row.classList.contains("more"));
  if (kind === "d") return more ? undefined : { parent, before: all.at(-1)?.nextElementSibling ?? holder?.nextElementSibling ?? null };
  if (more?.querySelector("a").dataset.more.startsWith("f")) return undefined;
  const document_ = here.find((row) => row.id.startsWith("d-"));
  return { parent, before: document_ ?? more ?? all.at(-1)?.nextElementSibling ?? holder?.nextElementSibling ?? null };
}
