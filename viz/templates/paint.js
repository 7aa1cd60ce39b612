"use strict";
/* The look of every box and line for what is highlighted, found or chosen; dimming is by opaque tints. */
const Paint = (() => {
  const { nodes, links, looks, steps } = Picture;
  const onTrail = new Set(steps);

  function box(at, dim, chosen) {
    const node = nodes[at], tier = looks.tiers[node.tier], has = (mark) => node.marks.includes(mark);
    const gap = has("gap"), root = has("root");
    let background = dim ? tier.dimFill : tier.fill, border = dim ? tier.dimBorder : tier.border;
    let ink = dim ? looks.dimText : has("red") || gap ? looks.red : looks.text, width = 1;
    if (gap) [background, border] = ["#ffffff", dim ? looks.redDim : looks.red];
    if (onTrail.has(at) && !dim) {
      [border, width] = [looks.red, 2.4];
      if (has("anchor")) background = looks.redFill;
      if (root) [background, ink] = [looks.red, "#ffffff"];
    }
    if (chosen) [border, width] = [looks.blue, 3];
    return {
      id: `n${at}`, color: { background, border }, font: { color: ink }, borderWidth: width, borderWidthSelected: width,
      shapeProperties: { borderDashes: gap && (dim || !onTrail.has(at)) ? [4, 3] : false, borderRadius: 3 },
    };
  }

  function line(at, focus, selected) {
    const link = links[at], near = selected === link.source || selected === link.target;
    const dim = focus !== null && !(focus.has(link.source) && focus.has(link.target));
    if (link.onPath) return { color: dim ? looks.redDim : looks.red, width: looks.pathWidth };
    if (near) return { color: looks.edgeNear, width: 1.6 };
    return { color: dim ? looks.edgeDim : looks.edge, width: 1 };
  }

  /** focus: indices that do not stand back, or null for all; hits: found by the search, or null; selected: one index, or null. */
  function show({ focus, hits, selected }) {
    Surface.styleLinks((at) => line(at, focus, selected));
    Surface.nodeSet.update(nodes.map((_, at) => box(at, focus !== null && !focus.has(at), at === selected || (hits !== null && hits.has(at)))));
  }

  return { show };
})();
