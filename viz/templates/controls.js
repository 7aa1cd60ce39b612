"use strict";
/* What the reader does: highlight, search, choose a box by mouse or keyboard, switch the language, print. */
(() => {
  const { nodes, links, steps, traced } = Picture;
  const modes = { path: new Set(traced ? steps : []), gaps: new Set(nodes.flatMap((node, at) => (node.marks.includes("gap") ? [at] : []))), all: null };
  const PAPER = { width: 690, height: 860 }; // px of an A4 page that title, lead and legend leave
  const SHARP = 2; // a canvas is a bitmap: on paper it has twice the dots
  const searchBox = document.getElementById("search"), hitCount = document.getElementById("hits");
  /* What the picture is about: the chosen box, else the traced way from its root on. */
  const subject = () => (state.selected !== null ? [state.selected]
    : [...steps].sort((one, other) => nodes[other].marks.includes("root") - nodes[one].marks.includes("root")));
  const state = { mode: modes.path.size ? "path" : "all", selected: null, hits: null, turn: -1 };

  const neighbours = (at) => links.flatMap((l) => (l.source === at ? [l.target] : l.target === at ? [l.source] : []));

  function focus() {
    if (state.hits) return state.hits;
    const base = modes[state.mode];
    return base && state.selected !== null ? new Set([...base, state.selected, ...neighbours(state.selected)]) : base;
  }

  function refresh() {
    Paint.show({ focus: focus(), hits: state.hits, selected: state.selected });
    for (const button of document.querySelectorAll("[data-mode]")) {
      button.setAttribute("aria-pressed", String(button.dataset.mode === state.mode));
      button.disabled = modes[button.dataset.mode] !== null && modes[button.dataset.mode].size === 0;
    }
  }

  function choose(at) {
    state.selected = at;
    if (at === null) Panel.showTrail();
    else { Panel.showNode(at); Surface.reveal(at); speak(at); }
    refresh();
  }

  function speak(at) {
    const node = nodes[at], lang = language(), { tiers, marks } = Picture.words[lang];
    document.getElementById("spoken").textContent = [tiers[node.tier], node.name[lang], ...node.marks.map((mark) => marks[mark])].join(", ");
  }

  function search() {
    const wanted = searchBox.value.trim().toLowerCase();
    const match = (node) => [node.id, node.name.zh, node.name.en].some((text) => text.toLowerCase().includes(wanted));
    state.hits = wanted ? new Set(nodes.flatMap((node, at) => (match(node) ? [at] : []))) : null;
    state.turn = -1;
    countHits();
    refresh();
    if (state.hits?.size) Surface.reveal([...state.hits][0]);
  }

  function countHits() {
    hitCount.textContent = !state.hits ? "" : state.hits.size ? say("hits").replace("{n}", state.hits.size) : say("no_hits");
  }

  function nextHit() {
    if (!state.hits?.size) return;
    state.turn = (state.turn + 1) % state.hits.size;
    choose([...state.hits][state.turn]);
  }

  /** The box an arrow key leads to: the next in the column, or the nearest (linked ones first) in the next column. */
  function neighbour(at, key) {
    if (at === null) return steps[0] ?? (nodes.length ? 0 : null);
    const here = nodes[at], linked = new Set(neighbours(at));
    const sign = key === "ArrowUp" || key === "ArrowLeft" ? -1 : 1;
    const along = key === "ArrowUp" || key === "ArrowDown";
    const others = nodes.map((node, index) => ({ node, index })).filter(({ node }) => (along
      ? node.column === here.column && (node.y - here.y) * sign > 0
      : node.column === here.column + sign));
    const cost = ({ node, index }) => Math.abs(node.y - here.y) + (along || linked.has(index) ? 0 : 1e6);
    return others.sort((one, other) => cost(one) - cost(other))[0]?.index ?? at;
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.startsWith("Arrow")) choose(neighbour(state.selected, event.key));
    else if (event.key === "+" || event.key === "=") Surface.zoom(1.2);
    else if (event.key === "-") Surface.zoom(1 / 1.2);
    else if (event.key === "0") Surface.fit(subject());
    else if (event.key === "Enter") Panel.panel.focus();
    else return;
    event.preventDefault();
  }

  function clear() {
    searchBox.value = "";
    search();
    choose(null);
  }

  function speakLanguage(lang) {
    document.documentElement.lang = lang;
    document.title = Picture.title[language()];
    for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", say(element.dataset.label));
    for (const element of document.querySelectorAll("[data-hint]")) element.placeholder = say(element.dataset.hint);
    countHits();
    Surface.fit(subject());
    choose(state.selected);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.mode) { state.mode = button.dataset.mode; refresh(); }
    if (button.dataset.node) choose(Number(button.dataset.node));
    if ("back" in button.dataset) choose(null);
    if (button.id === "fit") Surface.fit(subject());
    if (button.id === "switch") speakLanguage(language() === "zh" ? "en" : "zh-CN");
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") clear(); });
  searchBox.addEventListener("input", search);
  searchBox.addEventListener("keydown", (event) => { if (event.key === "Enter") nextHit(); });
  Surface.holder.addEventListener("keydown", onKey);
  Surface.network.on("click", ({ pointer }) => choose(Surface.at(pointer.DOM)));

  /** How much smaller the picture is on A4 upright: its width fits; its height too, unless that would halve it (then it runs on). */
  function paperZoom(width, height) {
    const wide = Math.min(1, PAPER.width / width), whole = Math.min(wide, PAPER.height / height);
    return whole >= wide / 2 ? whole : wide;
  }

  /* On paper the whole picture is drawn, not the part that happens to be seen. */
  window.addEventListener("beforeprint", () => {
    document.documentElement.classList.add("printing");
    const { width, height } = Surface.size();
    [Surface.holder.style.width, Surface.holder.style.height] = [`${Math.ceil(width * SHARP)}px`, `${height * SHARP}px`];
    document.documentElement.style.setProperty("--paper", paperZoom(width, height) / SHARP);
    Surface.fit([], SHARP);
  });
  window.addEventListener("afterprint", () => {
    document.documentElement.classList.remove("printing");
    [Surface.holder.style.width, Surface.holder.style.height] = ["", ""];
    Surface.fit(subject());
  });

  Surface.fit(subject());
  choose(null);
  new ResizeObserver(() => { if (!document.documentElement.classList.contains("printing")) Surface.fit(subject()); }).observe(Surface.holder);
})();
