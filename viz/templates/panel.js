"use strict";
/* The side panel: the evidence under each step of the traced way, or what is known about one box. Text nodes only. */
const Panel = (() => {
  const { nodes, links, steps, traced } = Picture;
  const panel = document.getElementById("panel");
  const words = () => Picture.words[language()];

  function make(tag, className, text, ...children) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text) { element.dir = "auto"; element.textContent = text; }
    element.append(...children);
    return element;
  }

  function goTo(at) {
    const button = make("button", "link", nodes[at].name[language()]);
    button.type = "button";
    button.dataset.node = at;
    return button;
  }

  const details = (node) => node.detail.map((line, at) => make("p", at ? "fact" : "fact first", line[language()]));

  function marks(node) {
    return node.marks.filter((mark) => mark !== "path").map((mark) => make("span", `chip ${mark}`, words().marks[mark]));
  }

  function complaint(at) {
    const node = nodes[at];
    const lines = node.detail.map((line) => make("p", "", line[language()]));
    return [make("h2", "", node.name[language()]), ...(lines.length ? [make("div", "quote", "", ...lines)] : [])];
  }

  function step(at) {
    const node = nodes[at];
    const head = make("h3", "", "", make("span", "kind", words().tiers[node.tier]), " ", goTo(at), " ", ...marks(node));
    return make("li", `tier-${node.tier}`, "", head, ...details(node));
  }

  /** The traced way, step by step. */
  function showTrail() {
    const told = nodes.findIndex((node) => node.tier === "Complaint");
    const rest = steps.filter((at) => at !== told);
    const parts = told < 0 ? [] : complaint(told);
    if (!traced) parts.push(...(told < 0 ? ["choose"] : ["no_path", "choose"]).map((key) => make("p", "fact", say(key))));
    if (rest.length) parts.push(make("h2", "why", say(traced ? "why" : "legend_anchor")), make("ol", traced ? "steps" : "steps apart", "", ...rest.map(step)));
    panel.replaceChildren(...parts);
    panel.scrollTop = 0;
  }

  /** One box: what is known about it and what it is linked to. */
  function showNode(at) {
    const node = nodes[at], lang = language();
    const back = make("button", "", say(traced ? "back" : "back_all"));
    back.type = "button";
    back.dataset.back = "";
    const facts = details(node);
    const linked = links.filter((link) => link.source === at || link.target === at).map((link) => {
      const out = link.source === at, note = link.note ? ` · ${link.note[lang]}` : "";
      const relation = make("span", "relation", out ? `${link.name[lang]} →` : `← ${link.name[lang]}`);
      return make("li", "", "", relation, " ", goTo(out ? link.target : link.source), make("small", "", `${link.basis[lang]}${note}`));
    });
    panel.replaceChildren(
      back,
      make("h2", `tier-${node.tier}`, node.name[lang]),
      make("p", "about", `${node.kind[lang]} · ${node.id}`),
      make("p", "", "", ...marks(node).flatMap((chip) => [chip, " "])),
      ...(facts.length ? facts : [make("p", "fact", say("no_detail"))]),
      ...(linked.length ? [make("h2", "why", say("links")), make("ul", "linked", "", ...linked)] : []),
    );
    panel.scrollTop = 0;
  }

  return { panel, showTrail, showNode };
})();
