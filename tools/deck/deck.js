// Next and previous with the keys, a presenter's remote, a click or a swipe; O shows all slides.
// The stage is 1280 by 720 and scaled to the window; a slide that holds too much is made smaller until it fits.
"use strict";
const slides = [...document.querySelectorAll("main > section > section")];
const stage = document.querySelector("main");
let now = 0;

function fit(slide) {
  let box = slide.querySelector(":scope > .fit");
  if (!box) {
    box = document.createElement("div");
    box.className = "fit";
    box.append(...slide.childNodes);
    slide.append(box);
  }
  box.style.transform = box.style.width = "";
  let scale = 1;
  for (let i = 0; i < 6 && box.offsetHeight * scale > 646; i++) {
    scale *= Math.max(0.8, Math.min(0.99, 646 / (box.offsetHeight * scale)));
    box.style.width = `${100 / scale}%`;
  }
  const wide = Math.max(...[...box.querySelectorAll("pre, table, math, img")].map((e) => e.scrollWidth), 0);
  if (wide * scale > 1160) scale = 1160 / wide;
  box.style.transform = scale < 1 ? `scale(${scale})` : "";
  slide.dataset.scale = scale.toFixed(2);
}

function show(n) {
  now = Math.max(0, Math.min(slides.length - 1, n));
  slides.forEach((slide, i) => slide.classList.toggle("here", i === now));
  if (!document.body.classList.contains("all")) fit(slides[now]);
  document.getElementById("where").textContent = `${now + 1} / ${slides.length}`;
  history.replaceState(null, "", `#${now + 1}`);
}

function chapter(step) {  // the first slide of the next or the previous heading
  const first = slides.map((s) => s.parentElement.querySelector(":scope > section"));
  const starts = slides.map((s, i) => i).filter((i) => first[i] === slides[i]);
  return step > 0 ? starts.find((i) => i > now) ?? now : starts.findLast((i) => i < now) ?? 0;
}

function resize() {
  const scale = Math.min(innerWidth / 1280, innerHeight / 720);
  stage.style.transform = `scale(${scale}) translate(-50%, -50%)`;
}

function overview(on) {
  document.body.classList.toggle("all", on);
  show(now);
  if (on) slides[now].scrollIntoView({ block: "center" });
}

const keys = {
  ArrowRight: () => show(now + 1), ArrowLeft: () => show(now - 1),
  PageDown: () => show(now + 1), PageUp: () => show(now - 1),
  " ": () => show(now + 1), Home: () => show(0), End: () => show(slides.length - 1),
  ArrowDown: () => show(chapter(1)), ArrowUp: () => show(chapter(-1)),
  o: () => overview(!document.body.classList.contains("all")), Escape: () => overview(false),
};
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
  keys[event.key]();
  event.preventDefault();
});
stage.addEventListener("click", (event) => {
  if (event.target.closest("a") || String(getSelection())) return;
  if (!document.body.classList.contains("all")) return show(now + 1);
  now = slides.indexOf(event.target.closest("main > section > section"));
  overview(false);
});
let startX = 0;
addEventListener("touchstart", (event) => (startX = event.touches[0].clientX));
addEventListener("touchend", (event) => {
  const moved = event.changedTouches[0].clientX - startX;
  if (Math.abs(moved) > 60) show(now - Math.sign(moved));
});
addEventListener("resize", resize);
addEventListener("beforeprint", () => {
  document.body.classList.remove("all");
  slides.forEach((slide) => { slide.classList.add("here"); fit(slide); });
});
addEventListener("afterprint", () => show(now));
addEventListener("hashchange", () => show(Number(location.hash.slice(1)) - 1));

resize();
document.fonts.ready.then(() => show(Number(location.hash.slice(1) || 1) - 1));
