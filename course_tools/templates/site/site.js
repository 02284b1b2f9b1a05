"use strict";

// Lower case without accents, so that "frechet" finds "Fréchet"; as long as the text itself.
const fold = (text) => text.replace(/[^\x00-\x7f]/g, (sign) => {
  const plain = sign.normalize("NFKD").replace(/\p{M}/gu, "");
  return plain.length === 1 ? plain : sign;
}).toLowerCase();
const wordsOf = (text) => fold(text).split(/\s+/).filter(Boolean);
const element = (name, text = "") => Object.assign(document.createElement(name), { textContent: text });

// ---- Theme: what the reader chose is remembered; else it is the system's.

function watchTheme() {
  const root = document.documentElement, button = document.querySelector(".theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const tell = () => button.setAttribute("aria-pressed", isDark());
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("course-theme", root.dataset.theme); } catch { /* not kept */ }
    tell();
  });
  system.addEventListener("change", tell);
  tell();
}

// ---- Search: the index is loaded when the field is first used.

const MOST = 20; // results that are shown
const AROUND = 70; // letters of text on either side of a word that was found

let loading;
function loadIndex() {
  loading ??= new Promise((resolve, reject) => {
    const script = element("script");
    script.src = "search-index.js";
    script.onload = () => resolve(prepare(window.searchIndex));
    script.onerror = reject;
    document.head.append(script);
  });
  return loading;
}

function prepare({ pages, sections }) {
  return sections.map(([number, anchor, title, text]) => ({
    address: pages[number][0] + (anchor && `#${anchor}`),
    page: pages[number][1], title, text, foldedTitle: fold(title), foldedText: fold(text),
  }));
}

// Every word must be there; in a title it counts most, and where a word begins more than inside.
function score(section, words) {
  let total = 0;
  for (const word of words) {
    const inTitle = place(section.foldedTitle, word), inText = place(section.foldedText, word);
    if (!inTitle && !inText) return 0;
    total += 8 * inTitle + inText + Math.min(section.foldedText.split(word).length - 1, 5) / 5;
  }
  return total;
}

function place(text, word) {
  if (!text.includes(word)) return 0;
  return new RegExp(`(?<![\\p{L}\\p{N}])${literal(word)}`, "u").test(text) ? 2 : 1;
}

const literal = (word) => word.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");

function find(sections, words) {
  return sections.map((section) => ({ section, score: score(section, words) }))
    .filter((one) => one.score).sort((a, b) => b.score - a.score).map((one) => one.section);
}

// The text around the first word, with the words marked.
function excerpt({ text, foldedText }, words) {
  const at = foldedText.indexOf(words[0]);
  const start = at > AROUND ? text.indexOf(" ", at - AROUND) + 1 : 0, end = start + 2 * AROUND;
  const line = element("small", start ? "… " : "");
  const every = new RegExp(words.map(literal).join("|"), "gu");
  let done = start;
  for (const found of foldedText.slice(start, end).matchAll(every)) {
    const from = start + found.index, to = from + found[0].length;
    line.append(text.slice(done, from), element("mark", text.slice(from, to)));
    done = to;
  }
  line.append(text.slice(done, end), end < text.length ? " …" : "");
  return line;
}

function watchSearch() {
  const field = document.querySelector(".search input"), panel = document.querySelector(".found");
  const list = panel.querySelector("ul"), status = panel.querySelector("p");
  let chosen = -1;

  const open = (on) => {
    panel.hidden = !on;
    field.setAttribute("aria-expanded", on);
    if (!on) field.removeAttribute("aria-activedescendant");
  };
  const choose = (number) => {
    const items = [...list.children];
    if (!items.length) return;
    chosen = (number + items.length) % items.length;
    items.forEach((item, at) => item.setAttribute("aria-selected", at === chosen));
    items[chosen].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", items[chosen].id);
  };
  const item = (section, number, words) => {
    const line = element("li"), link = element("a");
    Object.assign(line, { id: `site-found-${number}`, role: "option" });
    Object.assign(link, { href: section.address, tabIndex: -1 });
    const title = element("b", section.title);
    const where = section.title === section.page ? [] : [element("small", section.page)];
    link.append(title, ...where, excerpt(section, words));
    link.addEventListener("click", () => open(false));
    line.append(link);
    return line;
  };
  const search = async () => {
    const words = wordsOf(field.value);
    if (!words.length) return open(false);
    let sections;
    try { sections = await loadIndex(); } catch { return; }
    if (wordsOf(field.value).join() !== words.join()) return; // typed on meanwhile
    const found = find(sections, words);
    const shown = found.slice(0, MOST);
    status.textContent = found.length > MOST ? `the best ${MOST} of ${found.length}`
      : `${found.length || "nothing"} found`;
    list.replaceChildren(...shown.map((section, number) => item(section, number, words)));
    open(true);
    choose(0);
  };

  field.addEventListener("focus", () => { loadIndex().catch(() => {}); search(); });
  field.addEventListener("input", search);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { open(false); field.value ? (field.value = "") : field.blur(); }
    else if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen - 1);
    else if (event.key === "Enter") list.children[chosen]?.querySelector("a").click();
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      field.focus();
    }
  });
  document.addEventListener("pointerdown", (event) => {
    if (!event.target.closest(".search")) open(false);
  });
  document.querySelector(".search").addEventListener("focusout", (event) => {
    if (!event.currentTarget.contains(event.relatedTarget)) open(false);
  });
}

// ---- Contents: the section that is being read is marked; a choice closes the list.

function watchContents() {
  const contents = document.querySelector(".contents");
  contents.addEventListener("click", (event) => {
    if (event.target.closest("a") && contents.matches(":popover-open")) contents.hidePopover();
  });
  const links = new Map();
  for (const link of contents.querySelectorAll('li > ul a[href^="#"]'))
    links.set(document.getElementById(decodeURIComponent(link.hash.slice(1))), link);
  if (!links.size) return;
  const headings = [...links.keys()];
  let current;
  const mark = () => {
    const now = links.get(headings.findLast((one) => one.getBoundingClientRect().top < 140));
    if (now === current) return;
    current?.removeAttribute("aria-current");
    now?.setAttribute("aria-current", "true");
    current = now;
    if (now) show(now);
  };
  // The list alone is moved: scrollIntoView could move the page under the reader.
  const show = (link) => {
    const top = link.offsetTop - contents.scrollTop, height = contents.clientHeight;
    if (top < 0 || top > 0.8 * height) contents.scrollTop = link.offsetTop - height / 3;
  };
  show(links.get(headings[0]));
  mark();
  let waiting = false;
  addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; mark(); });
  }, { passive: true });
}

// ---- What is wider than the page can be scrolled with the keyboard.

function watchWidths() {
  const look = () => {
    for (const part of document.querySelectorAll("main pre, main .scroll, main .formula"))
      if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
      else part.removeAttribute("tabindex");
  };
  addEventListener("resize", look);
  addEventListener("load", look);
}

// ---- Claims: the form hides the rows that are not asked for; its state stands in the address.

function watchClaims() {
  const form = document.querySelector(".filter");
  if (!form) return;
  const rows = [...document.querySelectorAll(".claims tr[data-verdict]")];
  rows.forEach((row) => { row.words = fold(row.textContent); });
  const asked = new URLSearchParams(location.search);
  for (const name of ["verdict", "notebook", "words"]) form[name].value = asked.get(name) ?? "";
  form.turns.checked = asked.has("turns");

  const filter = () => {
    const words = wordsOf(form.words.value);
    for (const row of rows)
      row.hidden = (form.verdict.value && row.dataset.verdict !== form.verdict.value)
        || (form.notebook.value && row.dataset.notebook !== form.notebook.value)
        || (form.turns.checked && !("turns" in row.dataset))
        || !words.every((word) => row.words.includes(word));
    for (const body of document.querySelectorAll(".claims tbody"))
      body.hidden = !body.querySelector("tr[data-verdict]:not([hidden])");
    const shown = rows.filter((row) => !row.hidden).length;
    form.querySelector("output").textContent = `${shown} of ${rows.length} claims`;
  };
  const keep = () => {
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    const address = location.pathname + (query.size ? `?${query}` : "");
    try { history.replaceState(null, "", address); } catch { /* some browsers, from a file */ }
  };
  form.addEventListener("input", () => { filter(); keep(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  filter();
}

watchTheme();
watchSearch();
watchContents();
watchWidths();
watchClaims();
