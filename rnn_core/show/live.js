// The page's side of LiveFigure: a canvas, native controls with labels, and a line of text that follows them.
// One request is under way at a time; while it is, only the newest setting is remembered, so a key held down
// never leaves the picture behind. What is not defined here stands in picture.js.

const PATIENCE = 2000; // milliseconds without an answer before the reader is told

function decimals(step) {
  return (String(step).split(".")[1] || "").length;
}

let counter = 0;

function makeControl(control, value, changed) {
  const row = Object.assign(document.createElement("div"), { className: "rnn-live-control" });
  const label = document.createElement("label");
  withSubscripts(label, control.label);
  const input = keepKeys(document.createElement(control.kind === "choice" ? "select" : "input"));
  input.id = `rnn-live-${++counter}-${control.name}`;
  input.name = control.name;
  label.htmlFor = input.id;
  row.append(label, input);
  if (control.kind === "choice") {
    for (const option of control.options) input.append(new Option(option, option));
    input.value = value;
    input.addEventListener("change", () => changed(input.value));
    return { row, put: (v) => { input.value = v; } };
  }
  if (control.kind === "text") {
    Object.assign(input, { type: "text", maxLength: control.most, autocomplete: "off", spellcheck: false, value });
    input.addEventListener("input", () => changed(input.value));
    return { row, put: (v) => { if (input.value !== v) input.value = v; } }; // else the caret would move
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
  row.append(shown);
  if (control.kind === "steps") row.append(makeButtons(control, input));
  return { row, put };
}

function makeButtons(control, input) {
  const pair = document.createElement("span");
  for (const [text, by] of [["◀ back", -1], ["step ▶", 1]]) {
    const button = keepKeys(document.createElement("button"));
    Object.assign(button, { type: "button", textContent: text });
    button.addEventListener("click", () => {
      const before = input.value;
      input.value = Number(before) + by * control.step; // which stops at both ends
      if (input.value !== before) input.dispatchEvent(new Event("input"));
    });
    pair.append(button);
  }
  return pair;
}

function render({ model, el }) {
  const root = Object.assign(document.createElement("section"), { className: "rnn-live" });
  root.setAttribute("aria-label", model.get("title"));
  const { picture, canvas, paint, fitted } = makePicture(model);
  const line = Object.assign(document.createElement("p"), { className: "rnn-live-summary" });
  line.setAttribute("role", "status");
  const note = Object.assign(document.createElement("p"), { className: "rnn-live-note", hidden: true });
  note.setAttribute("role", "alert");

  const values = { ...model.get("values") };
  let busy = false, waiting = false, patience;
  const setBusy = (now) => {
    busy = now;
    root.setAttribute("aria-busy", now);
    clearTimeout(patience);
    note.hidden = true;
    if (busy) patience = setTimeout(() => {
      note.textContent = "No answer from Python yet. It may be busy; if it was restarted, run this cell again.";
      note.hidden = false;
    }, PATIENCE);
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
  const tell = () => {
    line.replaceChildren();
    withSubscripts(line, model.get("summary"));
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
  };
  const listeners = { patch: paint, summary: tell, values: follow, answered: answer };
  for (const [name, listener] of Object.entries(listeners)) model.on(`change:${name}`, listener);
  root.append(panel, picture, line, note);
  el.append(root);
  paint();
  tell();
  setBusy(false);
  return () => {
    clearTimeout(patience);
    fitted.disconnect();
    for (const [name, listener] of Object.entries(listeners)) model.off(`change:${name}`, listener);
  };
}

export default { render };
