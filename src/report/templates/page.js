"use strict";
for (const figure of document.querySelectorAll("figure.slides")) {
  const slider = figure.querySelector(".slider");
  const input = slider.querySelector("input");
  const output = slider.querySelector("output");
  const button = slider.querySelector("button");
  const times = input.dataset.times.split(" ");
  const cities = [...figure.querySelectorAll("circle[data-r]")].map((circle) => ({
    circle,
    radii: circle.dataset.r.split(" "),
    shades: circle.dataset.m,
  }));
  const show = () => {
    const time = Number(input.value);
    output.textContent = times[time];
    for (const { circle, radii, shades } of cities) {
      circle.setAttribute("r", radii[time]);
      circle.setAttribute("class", "city m" + shades[time]);
      const title = circle.querySelector("title");
      if (title && time !== times.length - 1) {
        title.textContent = title.textContent.split("\n")[0];
      }
    }
  };
  let timer = 0;
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    button.textContent = "Play";
  };
  input.addEventListener("input", () => { stop(); show(); });
  button.addEventListener("click", () => {
    if (timer) { stop(); return; }
    if (Number(input.value) === times.length - 1) { input.value = 0; show(); }
    button.textContent = "Stop";
    timer = setInterval(() => {
      input.value = Number(input.value) + 1;
      show();
      if (Number(input.value) === times.length - 1) { stop(); }
    }, 250);
  });
  slider.hidden = false;
}
