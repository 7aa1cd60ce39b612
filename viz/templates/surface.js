"use strict";
/* The canvas: where columns stand in this window, what part of the picture is seen, bands and links. */
const Picture = JSON.parse(document.getElementById("picture").textContent);
const language = () => (document.documentElement.lang.startsWith("zh") ? "zh" : "en");
const say = (key) => {
  const text = Picture.words[language()].texts[key];
  if (text === undefined) throw new Error(`no word ${key}`);
  return text;
};

const Surface = (() => {
  const { columns, bands, bandColumns, nodes, links, looks, height, margin, pad } = Picture;
  const holder = document.getElementById("surface");
  const heads = [...document.querySelectorAll("#heads .head")];
  const nodeSet = new vis.DataSet(Picture.network.nodes);
  const network = new vis.Network(holder, { nodes: nodeSet, edges: new vis.DataSet(Picture.network.edges) }, Picture.network.options);
  const LEAST = looks.minTextPx / looks.fontPx; // smaller text is not read: the picture is panned instead
  const MOST_AT_FIRST = 1.2, MOST = 3, WIDEST_GAP = 230;
  let centres = [], extent = 0, scale = 1, linkStyle = () => ({ color: looks.edge, width: 1 });

  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
  const edgeOf = (column, side) => centres[column] + (side * columns[column].width[language()]) / 2;

  /** Columns are re-spaced to the window; rows keep their height; nothing is drawn larger than `most` times its size. */
  function spread(most) {
    const lang = language();
    const least = columns.reduce((sum, c) => sum + c.width[lang] + c.gap[lang], 2 * margin);
    scale = clamp(Math.min(holder.clientWidth / least, holder.clientHeight / height), LEAST, most);
    const spare = Math.max(0, holder.clientWidth / scale - least);
    const more = columns.length > 1 ? Math.min(spare / (columns.length - 1), WIDEST_GAP) : 0;
    let x = margin + (spare - more * (columns.length - 1)) / 2;
    centres = columns.map((column, at) => {
      x += column.gap[lang] + (at ? more : 0);
      const centre = x + column.width[lang] / 2;
      x += column.width[lang];
      return centre;
    });
    extent = Math.max(x + margin, holder.clientWidth / scale);
    nodeSet.update(nodes.map((node, at) => ({
      id: `n${at}`, x: centres[node.column], y: node.y, label: node.short[lang],
      title: tooltip(node, lang), widthConstraint: { minimum: columns[node.column].width[lang] - 2 * pad }, // vis-network adds the margins
    })));
  }

  function tooltip(node, lang) {
    const box = document.createElement("div");
    box.dir = "auto";
    box.textContent = `${node.name[lang]}\n${node.kind[lang]} · ${node.id}`;
    return box;
  }

  /** Show the point, as far as the picture reaches; returns whether the view moved. */
  function look(x, y, at = network.getScale()) {
    const before = network.getViewPosition(), was = network.getScale();
    const halfWidth = holder.clientWidth / 2 / at, halfHeight = holder.clientHeight / 2 / at;
    const position = {
      x: extent <= 2 * halfWidth + 1 ? extent / 2 : clamp(x, halfWidth, extent - halfWidth),
      y: height <= 2 * halfHeight ? halfHeight : clamp(y, halfHeight, height - halfHeight),
    };
    network.moveTo({ position, scale: at, animation: false });
    return Math.abs(position.x - before.x) > 0.5 || Math.abs(position.y - before.y) > 0.5 || at !== was;
  }

  function pan(dx, dy) {
    const { x, y } = network.getViewPosition(), at = network.getScale();
    return look(x + dx / at, y + dy / at);
  }

  function zoom(factor) {
    const { x, y } = network.getViewPosition();
    look(x, y, clamp(network.getScale() * factor, LEAST, MOST));
  }

  /** Fill the window; what does not fit is centred on the wanted boxes, or on the first of them where they are too far apart. */
  function fit(wanted = [], most = MOST_AT_FIRST) {
    network.setSize("100%", "100%");
    spread(most);
    const middle = (values, room) => (Math.max(...values) - Math.min(...values) < room / scale - 60
      ? (Math.max(...values) + Math.min(...values)) / 2 : values[0]);
    const x = wanted.length ? middle(wanted.map((at) => centres[nodes[at].column]), holder.clientWidth - 180) : 0;
    const y = wanted.length ? middle(wanted.map((at) => nodes[at].y), holder.clientHeight) : 0;
    look(x, y, scale);
    network.redraw();
  }

  /** Bring a box into view if it is not. */
  function reveal(at) {
    const { x, y } = network.getViewPosition(), now = network.getScale();
    const dx = Math.abs(centres[nodes[at].column] - x) * now, dy = Math.abs(nodes[at].y - y) * now;
    if (dx > holder.clientWidth / 2 - 90 || dy > holder.clientHeight / 2 - 24) look(centres[nodes[at].column], nodes[at].y);
  }

  function placeHeads() {
    const { x } = network.getViewPosition(), at = network.getScale();
    heads.forEach((head, column) => {
      const wide = Math.max(columns[column].width[language()] * at, 96);
      head.style.width = `${wide}px`;
      head.style.transform = `translateX(${(centres[column] - x) * at + holder.clientWidth / 2 - wide / 2}px)`;
    });
  }

  /** Left and right of the bands, and where their names stand: left of the last column they lie behind. */
  function bandFrame() {
    const [first, last] = bandColumns;
    const right = edgeOf(last, -1), room = columns[last].gap[language()];
    const left = first === last ? right - room : edgeOf(first, -1) - 8;
    return { left, right: edgeOf(last, 1) + 8, name: ((first === last ? left : edgeOf(last - 1, 1)) + right) / 2 };
  }

  function drawBands(ctx) {
    if (!bandColumns) return;
    const frame = bandFrame();
    ctx.fillStyle = looks.band;
    for (const band of bands) {
      ctx.beginPath();
      ctx.roundRect(frame.left, band.top, frame.right - frame.left, band.bottom - band.top, 4);
      ctx.fill();
    }
  }

  /** The name of a band, moved out of the way of the traced path. */
  function drawBandNames(ctx) {
    if (!bandColumns) return;
    const frame = bandFrame(), lang = language();
    const paths = links.filter((link) => link.onPath).map(points).flat();
    ctx.font = `bold ${looks.fontPx}px ${looks.face}`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    for (const band of bands) {
      const wide = ctx.measureText(band.name[lang]).width + 10, middle = (band.top + band.bottom) / 2;
      const crossed = paths.filter(({ x }) => Math.abs(x - frame.name) < wide / 2).map(({ y }) => y);
      const room = (y) => Math.min(12, ...crossed.map((line) => Math.abs(line - y)));
      const y = [0, 13, -13, 26, -26, 39, -39].map((step) => middle + step)
        .filter((at) => at === middle || (at > band.top + 6 && at < band.bottom - 6))
        .reduce((best, at) => (room(at) > room(best) ? at : best));
      ctx.fillStyle = looks.band;
      if (room(y) === 12) ctx.fillRect(frame.name - wide / 2, y - 9, wide, 18); // never over the traced way
      ctx.fillStyle = looks.text;
      ctx.fillText(band.name[lang], frame.name, y);
    }
  }

  /** Where a link leaves and enters: from border to border, level; a link inside a column bulges out beside it. */
  function curve(link) {
    const from = nodes[link.source], to = nodes[link.target];
    if (from.column === to.column) {
      const side = from.column === columns.length - 1 && from.column > 0 ? -1 : 1;
      const bulge = side * clamp(18 + Math.abs(from.y - to.y) * 0.16, 22, 62), x = edgeOf(from.column, side);
      const shift = Math.sign(to.y - from.y) * 5; // apart from the links that meet the middle of the box
      return { x1: x, y1: from.y + shift, x2: x, y2: to.y - shift, via1: x + bulge, via2: x + bulge, out: side, into: side };
    }
    const out = to.column > from.column ? 1 : -1, x1 = edgeOf(from.column, out), x2 = edgeOf(to.column, -out);
    const reach = (x2 - x1) * 0.5;
    const aside = (end, other) => (other.tier === "Complaint" && end.tier === "ControlPoint" ? (other.y < end.y ? -5 : 5) : 0);
    const [y1, y2] = [from.y + aside(from, to), to.y + aside(to, from)]; // the complaint comes in beside what leads on to the owner
    return { x1, y1, x2, y2, via1: x1 + reach, via2: x2 - reach, out, into: -out };
  }

  /** Points on a link, for keeping words out of its way. */
  function points(link) {
    const { x1, y1, x2, y2, via1, via2 } = curve(link);
    return Array.from({ length: 41 }, (_, step) => {
      const t = step / 40, u = 1 - t, [a, b, c, d] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
      return { x: a * x1 + b * via1 + c * via2 + d * x2, y: (a + b) * y1 + (c + d) * y2 };
    });
  }

  function drawLink(ctx, link, { color, width }) {
    const { x1, y1, x2, y2, via1, via2, out, into } = curve(link);
    const tip = link.onPath ? 9 : 0, start = link.backward ? tip : 0, end = link.backward ? 0 : tip; // the arrow covers the end of its line
    ctx.strokeStyle = ctx.fillStyle = color;
    ctx.lineWidth = width;
    ctx.beginPath();
    ctx.moveTo(x1 + out * start, y1);
    ctx.bezierCurveTo(via1, y1, via2, y2, x2 + into * end, y2);
    ctx.stroke();
    if (tip) drawTip(ctx, link.backward ? x1 : x2, link.backward ? y1 : y2, link.backward ? out : into);
  }

  function drawTip(ctx, x, y, side) {
    ctx.beginPath();
    ctx.moveTo(x + side, y);
    ctx.lineTo(x + side * 13, y - 5);
    ctx.lineTo(x + side * 10, y);
    ctx.lineTo(x + side * 13, y + 5);
    ctx.closePath();
    ctx.fill();
  }

  function drawLinks(ctx) {
    const drawn = links.map((link, at) => ({ link, style: linkStyle(at) }));
    drawn.sort((one, other) => one.style.width - other.style.width); // the traced way lies on top
    for (const { link, style } of drawn) drawLink(ctx, link, style);
  }

  network.on("beforeDrawing", (ctx) => { if (centres.length) { drawBands(ctx); drawLinks(ctx); } });
  network.on("afterDrawing", (ctx) => { if (centres.length) { drawBandNames(ctx); placeHeads(); } });
  network.on("dragEnd", () => pan(0, 0));
  network.on("zoom", () => zoom(1));
  holder.addEventListener("wheel", (event) => {
    if (event.ctrlKey || event.metaKey) return; // vis-network zooms
    event.stopImmediatePropagation();
    const [dx, dy] = event.shiftKey ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
    if (pan(dx, dy)) event.preventDefault(); // at the edge the page itself scrolls on
  }, { capture: true, passive: false });

  return {
    holder, network, nodeSet, fit, zoom, reveal,
    size: () => ({ width: extent, height }),
    styleLinks: (style) => { linkStyle = style; },
    at: (pointer) => { const found = network.getNodeAt(pointer); return found === undefined ? null : Number(found.slice(1)); },
  };
})();
