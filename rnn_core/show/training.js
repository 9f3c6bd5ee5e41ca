// The page's side of a training under way: a progress bar, its pace in words, the picture of the losses, and what the
// model writes. When it is over one line is left. What is not defined here stands in picture.js.

// A frame of fixed height with what the model writes: text as it stands, whatever is in it. It is not read aloud
// when it changes, which it does every few seconds; a reader goes to it.
function makeSample(model) {
  const sample = Object.assign(document.createElement("div"), { className: "rnn-training-sample" });
  const heading = document.createElement("p");
  const text = keepKeys(document.createElement("pre"));
  text.setAttribute("role", "group");
  text.setAttribute("aria-live", "off");
  sample.append(heading, text);
  const write = () => {
    const [step, words] = model.get("written");
    sample.hidden = step === undefined;
    if (sample.hidden) return;
    heading.textContent = step ? `What the model writes at step ${step}:` : "What the model writes:";
    text.setAttribute("aria-label", heading.textContent);
    text.textContent = words;
    text.tabIndex = text.scrollHeight > text.clientHeight ? 0 : -1; // the keyboard scrolls only what has the focus
  };
  return { sample, write };
}

function render({ model, el }) {
  const make = (tag, className) => Object.assign(document.createElement(tag), { className });
  const root = make("section", "rnn-training");
  root.setAttribute("aria-label", model.get("title"));
  const { picture, canvas, paint, fitted } = makePicture(model);
  const bar = make("div", "rnn-training-bar");
  const filled = bar.appendChild(make("div", "rnn-training-filled"));
  const about = { role: "progressbar", "aria-label": "training steps", "aria-valuemin": 0 };
  for (const [name, value] of Object.entries(about)) bar.setAttribute(name, value);
  const pace = make("p", "rnn-training-pace");
  const { sample, write } = makeSample(model);
  const line = make("p", "rnn-training-line"); // for screen readers: it changes a few times, the pace does all the time
  line.setAttribute("role", "status");

  const advance = () => {
    const [done, steps] = [model.get("done"), model.get("steps")];
    bar.setAttribute("aria-valuemax", steps);
    bar.setAttribute("aria-valuenow", done);
    bar.setAttribute("aria-valuetext", model.get("pace"));
    filled.style.width = `${100 * done / steps}%`;
    pace.textContent = model.get("pace");
  };
  const tell = () => {
    line.textContent = model.get("summary");
    canvas.setAttribute("aria-label", `${model.get("title")}. ${model.get("summary")}`);
  };
  const end = () => {
    if (!model.get("over")) return;
    for (const part of [bar, pace, picture, sample]) part.remove();
    line.className = "rnn-training-over";
    line.textContent = model.get("over");
  };
  const listeners = { patch: paint, pace: advance, summary: tell, written: write, over: end };
  for (const [name, listener] of Object.entries(listeners)) model.on(`change:${name}`, listener);
  root.append(bar, pace, picture, sample, line);
  el.append(root);
  paint();
  advance();
  tell();
  write();
  end();
  return () => {
    fitted.disconnect();
    for (const [name, listener] of Object.entries(listeners)) model.off(`change:${name}`, listener);
  };
}

export default { render };
