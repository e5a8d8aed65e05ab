"use strict";
/* Shows one frame at a time. Nothing plays until it is asked to. */
const frames = [...document.querySelectorAll(".frame")];
const player = document.querySelector(".player");
const said = document.querySelector(".said");
const buttons = {};
const pause = 1600;
let now = 0, timer = 0;

function show(frame) {
    now = Math.max(0, Math.min(frames.length - 1, frame));
    frames.forEach((each, i) => { each.hidden = i !== now; });
    said.textContent = `${now + 1} of ${frames.length}: ${frames[now].dataset.name}`;
    place.value = now;
    place.setAttribute("aria-valuetext", said.textContent);
    buttons.back.disabled = now === 0;
    buttons.next.disabled = now === frames.length - 1;
}

function stop() {
    clearInterval(timer);
    timer = 0;
    buttons.play.textContent = "Play";
    said.setAttribute("aria-live", "polite");
}

function play() {
    if (timer) {
        stop();
        return;
    }
    if (now === frames.length - 1)
        show(0);
    said.setAttribute("aria-live", "off");
    buttons.play.textContent = "Pause";
    timer = setInterval(() => {
        show(now + 1);
        if (now === frames.length - 1)
            stop();
    }, pause);
}

function go(frame) {
    stop();
    show(frame);
}

function button(name, text, action) {
    buttons[name] = document.createElement("button");
    buttons[name].type = "button";
    buttons[name].textContent = text;
    buttons[name].addEventListener("click", action);
    player.append(buttons[name]);
}

button("back", "Back", () => go(now - 1));
button("play", "Play", play);
button("next", "Next", () => go(now + 1));
const place = document.createElement("input");
place.type = "range";
place.min = 0;
place.max = frames.length - 1;
place.setAttribute("aria-label", "Frame");
place.addEventListener("input", () => go(Number(place.value)));
player.append(place);
player.hidden = false;

document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target === place)
        return;
    if (event.key === " " && event.target.tagName === "BUTTON")
        return;
    const keys = {
        ArrowLeft: () => go(now - 1),
        ArrowRight: () => go(now + 1),
        Home: () => go(0),
        End: () => go(frames.length - 1),
        " ": play,
    };
    if (!keys[event.key])
        return;
    event.preventDefault();
    keys[event.key]();
});
show(0);
