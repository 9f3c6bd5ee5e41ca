// The page's side of LiveFigure: a canvas, native controls with labels, and a line of text that follows them.
// One request is under way at a time; while it is, only the newest setting is remembered, so a key held down
// never leaves the picture behind.

const SUBSCRIPT = /([A-Za-zŷλρσ*])_(\w+)/g;

function withSubscripts(node, text) {
  let end = 0;
  for (const match of text.matchAll(SUBSCRIPT)) {
    node.append(text.slice(end, match.index) + match[1]);
    node.append(Object.assign(document.createElement("sub"), { textContent: match[2] }));
    end = match.index + match[0].length;
  }
  node.append(text.slice(end));
}

function decimals(step) {
  return (String(step).split(".")[1] || "").length;
}

let counter = 0;

function makeControl(control, value, changed) {
  const row = Object.assign(document.createElement("div"), { className: "rnn-live-control" });
  const label = document.createElement("label");
  withSubscripts(label, control.label);
  const input = document.createElement(control.kind === "choice" ? "select" : "input");
  input.id = `rnn-live-${++counter}-${control.name}`;
  input.name = control.name;
  label.htmlFor = input.id;
  // JupyterLab's notebook takes arrow keys for itself unless the input says otherwise.
  input.dataset.lmSuppressShortcuts = "true";
  row.append(label, input);
  if (control.kind === "choice") {
    for (const option of control.options) input.append(new Option(option, option));
    input.value = value;
    input.addEventListener("change", () => changed(input.value));
    return { row, put: (v) => { input.value = v; } };
  }
  Object.assign(input, { type: "range", min: control.low, max: control.high, step: control.step });
  const shown = document.createElement("output");
  shown.htmlFor = input.id;
  const put = (v) => {
    input.value = v;
    shown.textContent = Number(v).toFixed(decimals(control.step)).replace("-", "−");
  };
  put(value);
  input.addEventListener("input", () => { put(input.value); changed(Number(input.value)); });
  if (control.kind === "steps") row.append(...makeButtons(control, input));
  row.append(shown);
  return { row, put };
}

function makeButtons(control, input) {
  return [["◀ back", -1], ["step ▶", 1]].map(([text, by]) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
    button.addEventListener("click", () => {
      input.value = Number(input.value) + by * control.step;
      input.dispatchEvent(new Event("input"));
    });
    return button;
  });
}

// The picture is `still`, which never changes, with the pixels of `patch` laid over it: first their places, then
// their colours. So every message is whole in itself, for a view that opens late as well.
function makePainter(model, canvas) {
  const [wide, high] = model.get("size");
  const words = (data) => new Uint32Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
  const still = words(model.get("still"));
  const image = new ImageData(wide, high);
  const pixels = new Uint32Array(image.data.buffer);
  const pen = canvas.getContext("2d");
  return () => {
    const patch = words(model.get("patch"));
    const count = patch.length / 2;
    pixels.set(still);
    for (let k = 0; k < count; k++) pixels[patch[k]] = patch[count + k];
    pen.putImageData(image, 0, 0);
  };
}

function render({ model, el }) {
  const [wide, high, cssWide] = model.get("size");
  const root = Object.assign(document.createElement("section"), { className: "rnn-live" });
  root.setAttribute("aria-label", model.get("title"));
  const canvas = Object.assign(document.createElement("canvas"), { width: wide, height: high });
  canvas.style.width = `${cssWide}px`;
  canvas.setAttribute("role", "img");
  const line = Object.assign(document.createElement("p"), { className: "rnn-live-summary" });
  line.setAttribute("role", "status");

  const values = { ...model.get("values") };
  let busy = false, waiting = false;
  const setBusy = (now) => {
    busy = now;
    root.setAttribute("aria-busy", now);
  };
  const send = () => {
    waiting = busy;
    if (busy) return;
    setBusy(true);
    model.set("request", { number: model.get("answered") + 1, values: { ...values } });
    model.save_changes();
  };
  const panel = Object.assign(document.createElement("div"), { className: "rnn-live-controls" });
  const puts = {};
  for (const control of model.get("controls")) {
    const made = makeControl(control, values[control.name], (v) => { values[control.name] = v; send(); });
    puts[control.name] = made.put;
    panel.append(made.row);
  }
  const paint = makePainter(model, canvas);
  const tell = () => {
    line.textContent = model.get("summary");
    canvas.setAttribute("aria-label", `${model.get("title")}. ${model.get("summary")}`);
  };
  const follow = () => {
    if (busy) return; // the reader's hand is on the control
    Object.assign(values, model.get("values"));
    for (const [name, put] of Object.entries(puts)) put(values[name]);
  };
  const answer = () => {
    setBusy(false);
    if (waiting) send();
    else follow();
  };
  const listeners = { patch: paint, summary: tell, values: follow, answered: answer };
  for (const [name, listener] of Object.entries(listeners)) model.on(`change:${name}`, listener);
  root.append(panel, canvas, line);
  el.append(root);
  paint();
  tell();
  setBusy(false);
  return () => {
    for (const [name, listener] of Object.entries(listeners)) model.off(`change:${name}`, listener);
  };
}

export default { render };
