// What every live view shares: the picture on its canvas, and text with subscripts.

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

// JupyterLab's notebook takes arrow keys, Enter and Space for itself unless the element says otherwise.
function keepKeys(element) {
  element.dataset.lmSuppressShortcuts = "true";
  return element;
}

// The picture is `still`, which seldom changes, with the pixels of `patch` laid over it: first their places, then
// their colours. So the two are whole in themselves, for a view that opens late as well.
function makePainter(model, canvas) {
  const [wide, high] = model.get("size");
  const words = (data) => new Uint32Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
  let sent, still;
  const image = new ImageData(wide, high);
  const pixels = new Uint32Array(image.data.buffer);
  const pen = canvas.getContext("2d");
  return () => {
    const patch = words(model.get("patch"));
    const count = patch.length / 2;
    if (sent !== model.get("still")) still = words(sent = model.get("still"));
    pixels.set(still);
    for (let k = 0; k < count; k++) pixels[patch[k]] = patch[count + k];
    pen.putImageData(image, 0, 0);
  };
}

// The canvas in a frame that scrolls where the page is too narrow; paint() shows the newest patch.
function makePicture(model) {
  const [wide, high, cssWide] = model.get("size");
  const canvas = Object.assign(document.createElement("canvas"), { width: wide, height: high });
  canvas.style.width = `${cssWide}px`;
  canvas.setAttribute("role", "img");
  const picture = keepKeys(Object.assign(document.createElement("div"), { className: "rnn-live-picture" }));
  picture.append(canvas);
  const fitted = new ResizeObserver(() => { // with the keyboard one can scroll only what has the focus
    picture.tabIndex = picture.scrollWidth > picture.clientWidth ? 0 : -1;
  });
  fitted.observe(picture);
  return { picture, canvas, paint: makePainter(model, canvas), fitted };
}
