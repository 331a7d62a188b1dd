// The page of a tape: a graph at the left, the step at the right, and one number, `at`, that says which
// step is shown. Steps 0 to n - 1 are the ops in order of recording, step n is where the walk backward
// starts, and then come its steps and the gradients.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const { tensors, ops, groups, values, rules, sources, files, seeds, backward, gradients } = data;
const n = ops.length, m = backward.length, last = n + m + 1;
const MOST = 500; // nodes that are drawn at once
const UNFOLDED = 8; // ops of a program that opens unfolded
const OPENED = 20; // nodes that others show when they open: layers, but not what is in them

const $ = (id) => document.getElementById(id);
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
let at = 0;

/** An element: make("p", "class names", child, ...), where a child is a node or a text. */
function make(tag, classes = "", ...children) {
  const element = document.createElement(tag);
  if (classes) element.className = classes;
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// -- what happened when --------------------------------------------------------------------------------

const producer = new Array(tensors.length).fill(-1); // the op that made a tensor
const consumers = tensors.map(() => []);
ops.forEach((op, i) => {
  op.outputs.forEach((t) => (producer[t] = i));
  op.inputs.forEach((t) => consumers[t].push(i));
});
const backwardOf = new Array(n).fill(-1); // the step backward of an op
const arrivals = tensors.map(() => []); // of each tensor's gradient: [step, number of the sum's value]
const sum = (add) => (add.total === undefined ? add.value : add.total);
seeds.forEach((add) => arrivals[add.tensor].push([n, sum(add)]));
backward.forEach((step, i) => {
  backwardOf[step.op] = n + 1 + i;
  step.adds.forEach((add) => arrivals[add.tensor].push([n + 1 + i, sum(add)]));
});

/** The op of a step, or -1. */
const opAt = (step) => (step < n ? step : step > n && step < last ? backward[step - n - 1].op : -1);

/** The number of the value that a tensor's gradient has at a step, or -1 before any arrived. */
function gradientAt(tensor, step) {
  let found = -1;
  for (const [when, value] of arrivals[tensor]) {
    if (when > step) break;
    found = value;
  }
  return found;
}

// -- numbers -------------------------------------------------------------------------------------------

function format(x, digits = 5) {
  x = Number(x);
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "−inf";
  if (x !== 0 && (Math.abs(x) >= 1e6 || Math.abs(x) < 1e-4)) {
    return x.toExponential(Math.max(digits - 3, 1)).replace("e+", "e").replace(/-/g, "−");
  }
  return String(Number(x.toPrecision(digits))).replace("-", "−");
}

const shapeOf = (value) => (value.shape.length ? value.shape.join("×") : "scalar");
const isComplex = (value) => value.dtype.startsWith("complex");
const isScalar = (value) => value.values && value.values.length === (isComplex(value) ? 2 : 1);

function scalarText(value, digits) {
  if (isComplex(value)) {
    const [re, im] = value.values.map(Number);
    return `${format(re, digits)} ${im < 0 ? "−" : "+"} ${format(Math.abs(im), digits)}i`;
  }
  return value.dtype === "bool" ? (value.values[0] ? "True" : "False") : format(value.values[0], digits);
}

/** A value in a few characters: a number, or how large an array's numbers are. */
function short(value) {
  if (isScalar(value)) return scalarText(value, 4);
  if (value.texts) return "text";
  const size = value.values ? Math.max(0, ...value.values.map((x) => Math.abs(Number(x)))) : largest(value);
  return `±${format(size, 2)}`;
}
const largest = (value) => (value.max === undefined ? NaN : Math.max(Math.abs(value.min), Math.abs(value.max)));

// -- heat maps: blue below zero, orange above, safe for those who don't tell red from green --------------

const SCALES = {
  light: [[23, 78, 166], [111, 163, 222], [246, 246, 244], [236, 163, 92], [166, 68, 0]],
  dark: [[132, 184, 255], [49, 97, 166], [32, 39, 49], [168, 92, 30], [255, 184, 112]],
};
const isDark = () => document.documentElement.dataset.theme === "dark";

/** The colour of a number between -1 and 1. */
function colour(x) {
  const scale = SCALES[isDark() ? "dark" : "light"];
  if (Number.isNaN(x)) return [217, 48, 110];
  const place = (Math.max(-1, Math.min(1, x)) + 1) * 2;
  const low = Math.min(3, Math.floor(place)), part = place - low;
  return scale[low].map((c, i) => Math.round(c + (scale[low + 1][i] - c) * part));
}

/** Whether the text on a colour has to be dark. */
const needsDark = ([r, g, b]) => 0.3 * r + 0.59 * g + 0.11 * b > 140;

/** An array as rows of numbers: its last axis across. */
function rowsOf(value) {
  let numbers, columns;
  if (value.picture) {
    const bytes = Uint8Array.from(atob(value.picture.cells), (c) => c.charCodeAt(0));
    numbers = Array.from(new Int8Array(bytes.buffer), (c) => (c / 127) * value.picture.scale);
    columns = value.picture.columns;
  } else {
    numbers = value.values.map(Number);
    if (isComplex(value)) numbers = numbers.filter((_, i) => i % 2 === 0).map((re, i) => Math.hypot(re, Number(value.values[2 * i + 1])));
    const lengths = value.shape.filter((length) => length > 1);
    columns = lengths.length ? lengths[lengths.length - 1] : 1;
    if (lengths.length === 1 && columns > 64) columns = 64;
  }
  const rows = [];
  for (let i = 0; i < numbers.length; i += columns) rows.push(numbers.slice(i, i + columns));
  return rows;
}

const scaleOf = (rows) => rows.flat().reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 0) || 1;

/** Small arrays as a table of coloured numbers, others as a picture. */
function picture(value) {
  const rows = rowsOf(value), scale = scaleOf(rows), columns = rows[0].length;
  if (value.values && columns <= 6 && rows.length <= 6) {
    const table = make("table", "grid");
    rows.forEach((row) => {
      const line = table.insertRow();
      row.forEach((x) => {
        const cell = line.insertCell(), paint = colour(x / scale);
        cell.textContent = format(x, 4);
        cell.style.background = `rgb(${paint})`;
        cell.style.color = needsDark(paint) ? "#1b2230" : "#fff";
      });
    });
    return table;
  }
  const canvas = make("canvas", "heat");
  canvas.width = columns;
  canvas.height = rows.length;
  const image = new ImageData(columns, rows.length);
  rows.forEach((row, i) => row.forEach((x, j) => image.data.set([...colour(x / scale), 255], 4 * (i * columns + j))));
  canvas.getContext("2d").putImageData(image, 0, 0);
  const side = (count, room) => Math.max(2, Math.min(18, Math.floor(room / count)));
  let across = side(columns, 224), down = side(rows.length, 176);
  if (columns > 3 && rows.length > 3) across = down = Math.max(2, Math.min(across, down));
  if (rows.length < 12) down = Math.max(down, Math.min(18, across * 5)); // a few long rows
  canvas.style.width = `${columns * across}px`;
  canvas.style.height = `${rows.length * down}px`;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `heat map, zero in the middle, up to ${format(scale, 3)} either way`);
  canvas.onmousemove = (event) => {
    const box = canvas.getBoundingClientRect();
    const row = Math.min(rows.length - 1, Math.floor(((event.clientY - box.top) / box.height) * rows.length));
    const column = Math.min(columns - 1, Math.floor(((event.clientX - box.left) / box.width) * columns));
    canvas.title = `${value.picture ? "mean of the block at " : ""}row ${row}, column ${column}: ${format(rows[row][column])}`;
  };
  return canvas;
}

/** min, max, mean and standard deviation; computed here where the page has the numbers. */
function statistics(value) {
  const list = make("dl", "stats");
  const add = (name, text, bad) => list.append(make("dt", bad, name), make("dd", bad, text));
  let { min, max, mean, std, nan, inf } = value;
  if (value.values) {
    const numbers = value.values.map(Number), finite = numbers.filter(Number.isFinite);
    nan = numbers.filter(Number.isNaN).length;
    inf = numbers.length - finite.length - nan;
    min = Math.min(...finite);
    max = Math.max(...finite);
    mean = finite.reduce((total, x) => total + x, 0) / finite.length;
    std = Math.sqrt(finite.reduce((total, x) => total + (x - mean) ** 2, 0) / finite.length);
  }
  const shown = Number.isFinite(min) ? { min, max, mean, std } : {};
  for (const [name, x] of Object.entries(shown)) add(name, format(x, 3));
  if (nan) add("nan", nan.toLocaleString("en"), "bad");
  if (inf) add("inf", inf.toLocaleString("en"), "bad");
  return list;
}

/** A value with its name, shape and type. */
function card(name, number, kind = "") {
  const value = values[number], title = make("span", "name");
  title.append(...(typeof name === "string" ? [name] : name));
  const box = make("div", `card ${kind}`, make("header", "", title, make("span", "kind", `${shapeOf(value)} ${value.dtype}`)));
  if (value.texts) box.append(make("div", "scalar", value.texts.join(", ")));
  else if (isScalar(value)) box.append(make("div", "scalar", scalarText(value, 6)));
  else if (value.values && !value.values.length) box.append(make("p", "none", "empty"));
  else {
    const body = make("div", "body");
    if (value.values || value.picture) body.append(picture(value));
    if (!value.values || value.values.length > 6) body.append(statistics(value));
    box.append(body);
  }
  return box;
}

const d = (tensor) => `d(${tensors[tensor].name})`;
const withSymbol = (symbol, name) => (symbol === name ? name : [make("i", "", `${symbol} = `), name]);

// -- formulas ------------------------------------------------------------------------------------------

/** A formula with each of its names replaced by what `put` gives for it; null leaves the name. */
function substituted(formula, names, put) {
  if (!names.length) return formula;
  const pattern = new RegExp(`(?<![\\w.])(${names.join("|")})(?![\\w.([]|\\s*=(?!=))`, "g");
  return formula.replace(pattern, (name) => put(name) ?? name);
}

const inFormula = (formula, name) => new RegExp(`(?<![\\w.])${name}(?!\\w)`).test(formula);

/** A number as it may stand in any formula. */
function literal(value) {
  const text = scalarText(value, 5);
  return /^−|[ ei]/.test(text) ? `(${text})` : text;
}

/** Lines of a formula: [what stands left, what stands right], aligned at the equals signs. */
function formulaOf(lines) {
  const list = make("dl", "formula");
  for (const [left, right] of lines) list.append(make("dt", "", left), make("dd", "", ...[right].flat()));
  return list;
}

// -- the step ------------------------------------------------------------------------------------------

const KEYWORDS = /(#.*)|("""[^]*?"""|'[^'\n]*'|"[^"\n]*")|\b(and|as|assert|break|class|continue|def|elif|else|except|False|finally|for|from|global|if|import|in|is|lambda|None|nonlocal|not|or|pass|raise|return|True|try|while|with|yield)\b|\b(\d[\w.]*)\b/g;

/** Lines of Python, numbered; the one that is `here` is marked. */
function code(lines, first, here) {
  const block = make("pre", "code");
  block.tabIndex = 0;
  lines.forEach((text, i) => {
    const line = make("div", first + i === here ? "here" : "");
    line.dataset.line = first + i;
    let end = 0;
    for (const match of text.matchAll(KEYWORDS)) {
      const kind = match[1] ? "c" : match[2] ? "s" : match[3] ? "k" : "n";
      line.append(text.slice(end, match.index), make("span", kind, match[0]));
      end = match.index + match[0].length;
    }
    line.append(text.slice(end) || (end ? "" : " "));
    block.append(line);
  });
  return block;
}

function heading(text, file) {
  return make("h3", "", text, file ? make("span", "file", file) : null);
}

/** The user's line, with those around it. */
function userLine(op) {
  if (!op.line) return [];
  const [number, line] = op.line, file = files[number];
  const from = Math.max(file.first, line - 3), to = Math.min(file.first + file.lines.length - 1, line + 3);
  if (to < from) return [heading("Your line", `${file.name}:${line}`)];
  return [heading("Your line", `${file.name}:${line}`), code(file.lines.slice(from - file.first, to + 1 - file.first), from, line)];
}

function source(title, number) {
  if (number === null || number === undefined) return [];
  const { file, line, text } = sources[number];
  return [heading(title, `${file}:${line}`), code(text.split("\n"), line, -1)];
}

function pathOf(i) {
  const names = [];
  for (let group = ops[i].group; group !== null; group = groups[group].parent) names.unshift(groups[group].name);
  return names;
}

function head(box, phase, title, i) {
  box.append(make("p", "phase", phase), make("h2", "", title));
  const path = i < 0 ? [] : pathOf(i);
  if (path.length) box.append(make("p", "crumbs", path.join(" › ")));
}

const display = (name) => (name === "read_variable" ? "read" : name);

function forwardStep(box, i) {
  const op = ops[i], rule = rules[op.rule];
  head(box, `Forward ${i + 1} of ${n}`, rule.name, i);
  if (rule.doc) box.append(make("p", "doc", rule.doc));
  box.append(...userLine(op));
  const result = op.outputs.map((t) => tensors[t].name).join(", ");
  const byName = Object.fromEntries(rule.arguments.map((name, k) => [name, op.inputs[k]]));
  const params = (op.params || []).map(([name, value]) => `${name}=${value}`);
  const call = (put) => `${rule.name}(${[...op.inputs.map(put), ...params].join(", ")})`;
  const write = (put) => (rule.formula ? substituted(rule.formula, rule.arguments, (name) => put(byName[name])) : call(put));
  const lines = [[`${result} =`, write((t) => tensors[t].name)]];
  const given = op.inputs.map((t) => values[tensors[t].value]);
  if (given.every(isScalar) && op.outputs.length === 1 && isScalar(values[tensors[op.outputs[0]].value])) {
    lines.push(["=", write((t) => literal(values[tensors[t].value]))]);
    lines.push(["=", make("b", "", scalarText(values[tensors[op.outputs[0]].value], 6))]);
  }
  box.append(heading("Formula"), formulaOf(lines));
  const unique = [...new Set(op.inputs)];
  box.append(heading(unique.length > 1 ? "Inputs" : "Input"), make("div", "cards", ...unique.map((t) => card(tensors[t].name, tensors[t].value))));
  box.append(heading(op.outputs.length > 1 ? "Outputs" : "Output"), make("div", "cards", ...op.outputs.map((t) => card(tensors[t].name, tensors[t].value))));
  box.append(...source("How it is computed", rule.forward));
}

/** What an op's rule has names for: the values that a formula of its uses, by name. */
function symbols(rule, op, step) {
  const found = {}, names = rule.arguments;
  found[names[0]] = { name: op.outputs.map(d).join(", "), numbers: step.arriving, gradient: true };
  found[names[1]] = { name: op.outputs.map((t) => tensors[t].name).join(", "), numbers: op.outputs.map((t) => tensors[t].value) };
  names.slice(2).forEach((name, k) => {
    const taken = name.startsWith("*") ? op.inputs.slice(k) : [op.inputs[k]];
    found[name.replace("*", "")] = { name: taken.map((t) => tensors[t].name).join(", "), numbers: taken.map((t) => tensors[t].value) };
  });
  return found;
}

function backwardStep(box, step, number) {
  const op = ops[step.op], rule = rules[op.rule];
  head(box, `Backward ${number} of ${m}`, `${rule.name}`, step.op);
  box.append(...userLine(op));
  const used = new Map(), texts = new Set();
  const contributions = make("div");
  for (const add of step.adds) {
    const vjp = rule.all ? rule.vjps[0] : rule.vjps[add.input];
    const block = make("div", "adds"), name = d(add.tensor), value = values[add.value];
    const formula = vjp ? vjp.parts[add.input] || vjp.formula : "";
    const lines = [];
    if (vjp && vjp.source !== null) texts.add(vjp.source);
    if (formula && vjp.arguments.length > 1) {
      const known = symbols(vjp, op, step);
      lines.push([`${name} +=`, formula]);
      for (const symbol of Object.keys(known)) if (inFormula(formula, symbol)) used.set(symbol, known[symbol]);
      const params = Object.fromEntries(op.params || []);
      const put = (symbol) => {
        if (symbol in params) return params[symbol];
        const one = known[symbol];
        return one && one.numbers.length === 1 && isScalar(values[one.numbers[0]]) && !isComplex(values[one.numbers[0]]) ? literal(values[one.numbers[0]]) : null;
      };
      const numbers = substituted(formula, [...Object.keys(known), ...Object.keys(params)], put);
      if (numbers !== formula) lines.push(["=", numbers]);
    } else {
      lines.push([`${name} +=`, make("span", "words", "what the rule below gives")]);
      if (vjp && vjp.arguments.length > 1) Object.entries(symbols(vjp, op, step)).forEach(([symbol, one]) => used.set(symbol, one));
    }
    const summed = rule.elementwise && values[tensors[add.tensor].value].shape.join() !== values[tensors[op.outputs[0]].value].shape.join();
    if (isScalar(value)) lines.push(["=", make("b", "", scalarText(value, 6))]);
    if (add.total !== undefined && isScalar(value)) {
      const before = soFar(step, add);
      lines.push([`${name} =`, [`${literal(values[before])} + ${literal(value)} = `, make("b", "", scalarText(values[add.total], 6))]]);
    }
    if (summed) lines.push(["", make("span", "words", "summed over what was broadcast")]);
    block.append(formulaOf(lines));
    const cards = make("div", "cards");
    if (add.total !== undefined && !isScalar(value)) {
      cards.append(card(`${name} so far`, soFar(step, add)), make("span", "sign", "+"), card("this op's", add.value),
        make("span", "sign", "="), card(name, add.total, "gradient"));
    } else if (!isScalar(value)) cards.append(card(name, add.value, "gradient"));
    if (cards.children.length) block.append(cards);
    contributions.append(block);
  }
  box.append(heading("What arrives"), make("div", "cards", ...step.arriving.map((value, k) => card(withSymbol("g", d(op.outputs[k])), value, "gradient"))));
  box.append(heading("What the rule hands on"), step.adds.length ? contributions : make("p", "none", "Nothing: no input of it leads to a source."));
  const others = [...used].filter(([, one]) => !one.gradient);
  if (others.length) {
    box.append(heading("Put into it"), make("div", "cards", ...others.flatMap(([symbol, one]) => one.numbers.map((value, k) => card(withSymbol(symbol, one.name.split(", ")[k]), value)))));
  }
  for (const text of texts) box.append(...source("The rule", text));
  box.append(...ledger(step.adds.map((add) => add.tensor)));
}

/** The number of the sum that a contribution is added to. */
function soFar(step, add) {
  const same = step.adds.filter((one) => one.tensor === add.tensor);
  const place = arrivals[add.tensor].findIndex(([when]) => when === n + 1 + backward.indexOf(step)) + same.indexOf(add);
  return arrivals[add.tensor][place - 1][1];
}

function ledger(now) {
  const table = make("table", "ledger");
  for (const { tensor, value, why } of gradients) {
    const row = table.insertRow(), found = gradientAt(tensor, at);
    if (now.includes(tensor)) row.className = "now";
    row.insertCell().textContent = d(tensor);
    const text = found >= 0 ? short(values[found]) : value === null ? `None: ${why}` : "·";
    const cell = row.insertCell();
    cell.textContent = text;
    if (found < 0) cell.className = "waiting";
  }
  return gradients.length ? [heading("Gradients so far"), table] : [];
}

function turnStep(box) {
  head(box, "Backward", "The walk turns", -1);
  box.append(make("p", "doc", "Each op is now met again, from the last to the first. Its rule makes of the derivative of its output those of its inputs, and what arrives at one tensor is added up."));
  box.append(heading("It starts from"), make("div", "cards", ...seeds.map((add) => card(d(add.tensor), sum(add), "gradient"))));
  box.append(...ledger([]));
}

function lastStep(box) {
  head(box, "Backward", "The gradients", -1);
  box.append(make("p", "doc", "What tape.gradient returns."));
  const cards = gradients.map(({ tensor, value, why }) =>
    value === null ? make("div", "card", make("header", "", make("span", "name", d(tensor))), make("p", "none", `None: ${why}`)) : card(d(tensor), value, "gradient"));
  box.append(heading("Gradients"), make("div", "cards", ...cards));
}

function drawStep() {
  const box = make("div", at < n ? "forward" : "backward");
  if (at < n) forwardStep(box, at);
  else if (at === n) turnStep(box);
  else if (at < last) backwardStep(box, backward[at - n - 1], at - n);
  else lastStep(box);
  $("step").replaceChildren(box);
  $("step").scrollTop = 0;
}

// -- the graph: only what is unfolded is laid out and drawn ------------------------------------------------

const open = new Set(); // the groups that are unfolded
const svg = d3.select("#graph");
const view = svg.append("g");
const zoom = d3.zoom().scaleExtent([0.05, 3]).on("zoom", (event) => view.attr("transform", event.transform));
svg.call(zoom).on("dblclick.zoom", null);
let graph = null; // dagre's, with a place for each node
let shownAs = () => ""; // the node that an op is drawn as

/** The nodes and edges that are to be seen, laid out. */
function layOut() {
  const folded = []; // of each group, the outermost one around it that is folded
  groups.forEach((group, i) => {
    const above = group.parent === null ? -1 : folded[group.parent];
    folded[i] = above >= 0 ? above : open.has(i) ? -1 : i;
  });
  shownAs = (i) => {
    const group = ops[i].group;
    return group !== null && folded[group] >= 0 ? `g${folded[group]}` : `o${i}`;
  };
  const result = new dagre.graphlib.Graph({ compound: true });
  result.setGraph({ rankdir: "TB", nodesep: 22, ranksep: 32, marginx: 20, marginy: 20 }).setDefaultEdgeLabel(() => ({}));
  const parentOf = {};
  const add = (id, label, group) => {
    result.setNode(id, label);
    if (group !== null && group !== undefined) parentOf[id] = group;
  };
  ops.forEach((op, i) => {
    const id = shownAs(i);
    if (result.hasNode(id)) return;
    if (id[0] === "g") {
      const number = Number(id.slice(1)), group = groups[number], count = group.last - group.first + 1;
      add(id, sized({ kind: "group", number, name: group.name, second: `${count} op${count > 1 ? "s" : ""}` }), group.parent);
    } else {
      const [t] = op.outputs;
      const second = op.outputs.length > 1 ? `${op.outputs.length} results` : described(t);
      add(id, sized({ kind: "op", number: i, name: display(op.name), second }), op.group);
    }
  });
  tensors.forEach((tensor, t) => {
    if ((tensor.kind !== "variable" && tensor.kind !== "input") || !consumers[t].length) return;
    const users = new Set(consumers[t].map(shownAs));
    if (users.size === 1 && [...users][0][0] === "g") return; // it is folded away with its only user
    add(`t${t}`, sized({ kind: "leaf", number: t, name: tensor.name.split("/").pop(), second: plain(t) }), common(consumers[t]));
  });
  ops.forEach((op, i) => {
    for (const t of op.inputs) {
      const from = producer[t] >= 0 ? shownAs(producer[t]) : `t${t}`, to = shownAs(i);
      if (from === to || !result.hasNode(from)) continue;
      const edge = result.edge(from, to);
      if (edge) edge.tensors.push([t, i]);
      else result.setEdge(from, to, { tensors: [[t, i]] });
    }
  });
  for (const [id, group] of Object.entries(parentOf)) {
    for (let inner = id, g = group; g !== null; inner = `c${g}`, g = groups[g].parent) {
      if (!result.hasNode(`c${g}`)) result.setNode(`c${g}`, { kind: "cluster", number: g, name: groups[g].name });
      result.setParent(inner, `c${g}`);
    }
  }
  dagre.layout(result);
  graph = result;
}

/** The innermost open group that has all these ops in it, or null. */
function common(users) {
  const chains = [users[0], users[users.length - 1]].map((i) => {
    const chain = [];
    for (let g = ops[i].group; g !== null; g = groups[g].parent) chain.push(g);
    return chain;
  });
  return chains[0].find((g) => chains[1].includes(g) && open.has(g)) ?? null;
}

const plain = (t) => (isScalar(values[tensors[t].value]) ? scalarText(values[tensors[t].value], 5) : shapeOf(values[tensors[t].value]));
const described = (t) => `${tensors[t].name}${isScalar(values[tensors[t].value]) ? " = " : "  "}${plain(t)}`;

function sized(label) {
  const characters = Math.max(label.name.length + (label.kind === "group" ? 2 : 0), label.second.length * 0.95, 8);
  return { ...label, width: Math.min(Math.round(characters * 7.9 + 28), 260), height: 54 };
}

const curve = (points) => {
  // Through the middles of dagre's polyline, bent at its corners.
  let path = `M${points[0].x},${points[0].y}`;
  for (let i = 1; i < points.length - 1; i++) {
    const next = points[i + 1], end = i === points.length - 2 ? next : { x: (points[i].x + next.x) / 2, y: (points[i].y + next.y) / 2 };
    path += `Q${points[i].x},${points[i].y} ${end.x},${end.y}`;
  }
  return path;
};

function drawGraph() {
  const nodes = graph.nodes().map((id) => ({ id, ...graph.node(id) }));
  const fit = (text, width) => {
    const most = Math.max(4, Math.floor((width - 16) / 7.6));
    return text.length > most ? `${text.slice(0, most - 1)}…` : text;
  };
  view.selectAll("*").remove();
  const depth = ({ number }) => (groups[number].parent === null ? 0 : 1 + depth({ number: groups[number].parent }));
  const clusters = view.append("g").selectAll("g")
    .data(nodes.filter((x) => x.kind === "cluster").sort((a, b) => depth(a) - depth(b))).join("g")
    .attr("class", "cluster").attr("data-id", (x) => x.id).on("click", (_, x) => toggle(x.number));
  clusters.append("rect").attr("rx", 12).attr("x", (x) => x.x - x.width / 2).attr("y", (x) => x.y - x.height / 2 - 6)
    .attr("width", (x) => x.width).attr("height", (x) => x.height + 6);
  clusters.append("text").attr("x", (x) => x.x - x.width / 2 + 12).attr("y", (x) => x.y - x.height / 2 + 10).text((x) => `− ${x.name}`);
  view.append("g").selectAll("path").data(graph.edges().map((edge) => ({ ...edge, ...graph.edge(edge) }))).join("path")
    .attr("class", "edge").attr("d", (edge) => curve(edge.points));
  const drawn = view.append("g").selectAll("g").data(nodes.filter((x) => x.kind !== "cluster")).join("g")
    .attr("class", (x) => `node ${x.kind}`).attr("data-id", (x) => x.id).attr("transform", (x) => `translate(${x.x},${x.y})`)
    .on("click", (_, x) => chosen(x));
  drawn.filter((x) => x.kind === "group").append("rect").attr("class", "under").call(boxed);
  drawn.append("rect").call(boxed);
  drawn.append("text").attr("y", -9).text((x) => fit(x.kind === "group" ? `+ ${x.name}` : x.name, x.width));
  drawn.append("text").attr("class", "second").attr("y", 6).text((x) => fit(x.second, x.width + 20));
  drawn.append("text").attr("class", "third").attr("y", 21);
  drawn.append("title").text((x) => (x.kind === "leaf" ? tensors[x.number].name : x.name));
}

function boxed(rect) {
  rect.attr("x", (x) => -x.width / 2).attr("y", (x) => -x.height / 2).attr("width", (x) => x.width).attr("height", (x) => x.height)
    .attr("rx", (x) => (x.kind === "leaf" ? 28 : 9));
}

/** Marks in the graph what has happened by now. */
function mark() {
  const active = opAt(at), id = active < 0 ? "" : shownAs(active), back = at >= n;
  view.selectAll(".node").each(function (x) {
    const first = x.kind === "op" ? x.number : x.kind === "group" ? groups[x.number].first : Math.min(...consumers[x.number]);
    const end = x.kind === "group" ? groups[x.number].last : x.number;
    const gradient = x.kind === "leaf" ? gradientAt(x.number, at) : x.kind === "op" ? gradientAt(ops[x.number].outputs[0], at) : -1;
    let reached = gradient >= 0;
    if (x.kind === "group") for (let i = end; i >= first && back && !reached; i--) reached = backwardOf[i] >= 0 && backwardOf[i] <= at;
    d3.select(this).classed("todo", !back && first > at).classed("reached", reached).classed("active", x.id === id)
      .classed("forward", !back).classed("backward", back).select(".third").text(gradient >= 0 ? `∂ ${short(values[gradient])}` : "");
  });
  view.selectAll(".edge").each(function (edge) {
    const isActive = edge.tensors.some(([, i]) => i === active);
    const reached = back && edge.tensors.some(([, i]) => backwardOf[i] >= 0 && backwardOf[i] <= at);
    const todo = !back && edge.tensors.every(([, i]) => i > at);
    d3.select(this).classed("active", isActive).classed("reached", reached).classed("todo", todo).classed("backward", back);
  });
}

/** Moves the graph so that the active node can be seen. */
function follow() {
  const i = opAt(at), node = i >= 0 && graph.node(shownAs(i));
  if (!node) return;
  const { width, height } = $("graph").getBoundingClientRect(), now = d3.zoomTransform($("graph"));
  const x = now.applyX(node.x), y = now.applyY(node.y), edge = 50;
  // It moves along the axis that needs it: what is above and below stays in line.
  const outside = [x < edge || x > width - edge, y < edge + 30 || y > height - edge];
  if (outside[0] || outside[1]) {
    move(d3.zoomIdentity.translate(outside[0] ? width / 2 - node.x * now.k : now.x, outside[1] ? height / 2 - node.y * now.k : now.y).scale(now.k));
  }
}

function move(transform) {
  if (calm || !$("graph").clientWidth) svg.call(zoom.transform, transform);
  else svg.transition().duration(220).call(zoom.transform, transform);
}

/** Shows all of the graph, or its upper part where that would be too small to read. */
function fitGraph(smallest = 0.7) {
  const { width, height } = $("graph").getBoundingClientRect(), whole = graph.graph();
  if (!whole.width || !(whole.width > 0) || !width) return;
  const scale = Math.max(Math.min(width / whole.width, (height - 50) / whole.height, 1.15), smallest);
  const top = whole.height * scale < height - 50 ? (height - whole.height * scale) / 2 : 46;
  svg.call(zoom.transform, d3.zoomIdentity.translate((width - whole.width * scale) / 2, top).scale(scale));
}

/** What is unfolded at first: all of a small program, else groups of groups, from the outside. */
function firstOpen() {
  const wanted = new Set(n <= UNFOLDED ? groups.keys() : []);
  const parents = new Set(groups.map((group) => group.parent));
  const level = (i) => (groups[i].parent === null ? 0 : 1 + level(groups[i].parent));
  const inner = [...groups.keys()].filter((i) => n > UNFOLDED && parents.has(i));
  for (const i of inner.sort((a, b) => level(a) - level(b) || a - b)) {
    wanted.add(i);
    if (nodesWith(wanted) > OPENED) wanted.delete(i);
  }
  return wanted;
}

function redraw() {
  layOut();
  drawGraph();
  mark();
}

let hush = 0;
function notice(text) {
  $("notice").textContent = text;
  $("notice").hidden = false;
  clearTimeout(hush);
  hush = setTimeout(() => ($("notice").hidden = true), 4000);
}

/** How many nodes there would be with these groups open. */
function nodesWith(groupsOpen) {
  const hidden = groups.map(() => false), count = groups.map(() => 0);
  let total = 0;
  groups.forEach((group, i) => {
    hidden[i] = group.parent !== null && (hidden[group.parent] || !groupsOpen.has(group.parent));
    if (!hidden[i] && !groupsOpen.has(i)) total++;
  });
  for (const op of ops) if (op.group === null || (!hidden[op.group] && groupsOpen.has(op.group))) total++;
  return total;
}

function setOpen(wanted) {
  if (nodesWith(wanted) > MOST) {
    notice(`That would draw more than ${MOST} nodes. Fold others first.`);
    return false;
  }
  open.clear();
  wanted.forEach((group) => open.add(group));
  return true;
}

/** Folds or unfolds a group, which keeps its place on the screen unless all can be shown. */
function toggle(group) {
  const before = graph.node(`g${group}`) || graph.node(`c${group}`), now = d3.zoomTransform($("graph"));
  const wanted = new Set(open);
  if (!wanted.delete(group)) wanted.add(group);
  if (!setOpen(wanted)) return;
  redraw();
  const after = graph.node(`g${group}`) || graph.node(`c${group}`);
  const { width, height } = $("graph").getBoundingClientRect(), whole = graph.graph();
  if (whole.width * 0.8 < width && whole.height * 0.8 < height - 50) fitGraph();
  else if (before && after) {
    const top = (node) => node.y - node.height / 2;
    svg.call(zoom.transform, now.translate(before.x - after.x, top(before) - top(after)));
  }
}

function chosen(node) {
  if (node.kind === "group") toggle(node.number);
  else if (node.kind === "op") go(at > n && backwardOf[node.number] >= 0 ? backwardOf[node.number] : node.number);
  else go(consumers[node.number][0]);
}

/** Folds the layer of the active op, or unfolds it where it is folded. */
function foldActive() {
  const i = opAt(at);
  const id = i < 0 ? "" : shownAs(i);
  const group = id[0] === "g" ? Number(id.slice(1)) : i < 0 ? null : ops[i].group;
  if (group === null) notice("This step is in no layer.");
  else {
    toggle(group);
    follow();
  }
}

// -- controls ------------------------------------------------------------------------------------------

/** Shows a step. */
function go(step) {
  at = Math.max(0, Math.min(last, step));
  $("slider").value = at;
  const i = opAt(at);
  $("where").textContent = `${at + 1}/${last + 1}  ${i >= 0 ? (at > n ? "∂ " : "") + display(ops[i].name) : at === n ? "the turn" : "gradients"}`;
  $("slider").setAttribute("aria-valuetext", $("where").textContent);
  $("slider").style.setProperty("--thumb", at < n ? "var(--forward)" : "var(--backward)");
  drawStep();
  mark();
  follow();
}

let playing = 0;
function play(on = !playing) {
  clearInterval(playing);
  playing = 0;
  if (on) {
    if (at === last) go(0);
    const stride = Math.max(1, Math.round(last / 300)); // a long program is played in some minutes
    playing = setInterval(() => (at >= last ? play(false) : go(at + stride)), 800);
  }
  $("playing").setAttribute("d", playing ? "M4 3h3v10H4zM9 3h3v10H9z" : "M4 2.5v11l9-5.5z");
  $("play").setAttribute("aria-label", playing ? "Pause" : "Play");
}

let hits = [], hit = 0;
function search(text) {
  const words = text.toLowerCase().trim();
  hits = [];
  hit = 0;
  const found = (name, what, step) => hits.length < 60 && hits.push({ name, what, step });
  if (words) {
    const has = (name) => name.toLowerCase().includes(words);
    groups.forEach((group) => has(group.name) && found(group.name, group.kind === "scope" ? "layer" : "ops", group.first));
    tensors.forEach((tensor, t) => {
      if (has(tensor.name) && tensor.kind !== "constant") found(tensor.name, tensor.kind, producer[t] >= 0 ? producer[t] : consumers[t][0] ?? 0);
    });
    ops.forEach((op, i) => has(op.name) && found(op.name, `step ${i + 1}, ${tensors[op.outputs[0]].name}`, i));
    ops.forEach((op, i) => {
      const file = op.line && files[op.line[0]], line = file && (file.lines[op.line[1] - file.first] || "").trim();
      if (line && has(line)) found(line, `${file.name}:${op.line[1]}`, i);
    });
  }
  const list = $("found");
  list.replaceChildren(...hits.map((one, k) => {
    const item = make("li", "", make("b", "", one.name), make("small", "", one.what));
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", k === hit);
    item.onmousedown = (event) => {
      event.preventDefault();
      pick(k);
    };
    return item;
  }));
  if (words && !hits.length) list.append(make("li", "", make("small", "", "Nothing found")));
  list.hidden = !words;
  $("search").setAttribute("aria-expanded", String(!list.hidden));
}

function pick(k) {
  if (hits[k]) go(hits[k].step);
  $("search").value = "";
  search("");
  $("search").blur();
}

function searchKey(event) {
  if (event.key === "Escape") {
    $("search").value = "";
    search("");
    $("search").blur();
  } else if (event.key === "Enter") pick(hit);
  else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && hits.length) {
    event.preventDefault();
    $("found").children[hit].setAttribute("aria-selected", false);
    hit = (hit + (event.key === "ArrowDown" ? 1 : hits.length - 1)) % hits.length;
    $("found").children[hit].setAttribute("aria-selected", true);
    $("found").children[hit].scrollIntoView({ block: "nearest" });
  }
}

const KEYS = {
  ArrowRight: () => go(at + 1),
  ArrowLeft: () => go(at - 1),
  Home: () => go(0),
  End: () => go(last),
  " ": () => play(),
  "/": () => $("search").focus(),
  f: foldActive,
};
document.addEventListener("keydown", (event) => {
  if (event.target === $("search") || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault(); // the slider and the buttons would answer too
  if (event.key !== " ") play(false);
  act();
});

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  $("theme").textContent = theme === "dark" ? "☀" : "☾";
  if (graph) drawStep(); // heat maps have colours of their own
}
const prefersDark = matchMedia("(prefers-color-scheme: dark)");
prefersDark.addEventListener("change", () => setTheme(prefersDark.matches ? "dark" : "light"));
setTheme(prefersDark.matches ? "dark" : "light");

$("theme").onclick = () => setTheme(isDark() ? "light" : "dark");
$("first").onclick = () => go(0);
$("back").onclick = () => go(at - 1);
$("next").onclick = () => go(at + 1);
$("last").onclick = () => go(last);
$("play").onclick = () => play();
$("fit").onclick = () => fitGraph(0.05);
$("fold").onclick = () => setOpen(new Set()) && (redraw(), fitGraph());
$("unfold").onclick = () => setOpen(new Set(groups.keys())) && (redraw(), fitGraph());
$("search").oninput = (event) => search(event.target.value);
$("search").onkeydown = searchKey;
$("search").onblur = () => search("");
$("search").onfocus = (event) => search(event.target.value);
$("slider").oninput = (event) => {
  play(false);
  go(Number(event.target.value));
};
document.querySelectorAll("footer button, .tools button").forEach((button) => button.addEventListener("keyup", (event) => event.key === " " && event.preventDefault()));

const turn = (100 * n) / last;
$("slider").max = last;
$("slider").style.setProperty("--track", `linear-gradient(90deg, var(--forward) ${turn}%, var(--backward) ${turn}%)`);
document.querySelectorAll(".phases span").forEach((span, i) => (span.style.flex = `0 0 ${i ? 100 - turn : turn}%`));
const layers = groups.filter((group) => group.kind === "scope").length;
$("summary").textContent = [`${n.toLocaleString("en")} op${n === 1 ? "" : "s"}`, layers ? `${layers} layer${layers > 1 ? "s" : ""}` : "", `${gradients.length} gradient${gradients.length === 1 ? "" : "s"}`].filter(Boolean).join(" · ");
document.querySelectorAll(".tools button").forEach((button) => (button.hidden = !groups.length && button.id !== "fit"));
play(false);
firstOpen().forEach((group) => open.add(group));
layOut();
drawGraph();
fitGraph();
go(Number(location.hash.slice(1)) || 0);
document.documentElement.dataset.ready = "yes";
