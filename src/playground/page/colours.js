// The project's colours (colours.css), as numbers for pixels.

const SIGNED = 7;
const SHADES = 256; // either side of zero, of the table below
let cache = {};
let table = null; // pixels from −1 to 1
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => (cache = {}));

// "ink" → [33, 33, 33]
export function colour(name) {
  if (!cache[name]) {
    const hex = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    cache[name] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  }
  return cache[name];
}

export const css = (parts) => `rgb(${parts.map(Math.round).join(" ")})`;

export function mix(from, to, share) {
  return from.map((part, i) => part + share * (to[i] - part));
}

// From orange (−1) through white (0) to blue (1); grey for what is no number.
export function signed(value) {
  if (!Number.isFinite(value)) return [128, 128, 128];
  const place = ((Math.max(-1, Math.min(1, value)) + 1) / 2) * (SIGNED - 1);
  const low = Math.min(Math.floor(place), SIGNED - 2);
  return mix(colour(`signed-${low}`), colour(`signed-${low + 1}`), place - low);
}

// The four bytes of a pixel as one number, as ImageData has them on machines with the low byte first.
export const pixel = ([red, green, blue]) => (255 << 24) | (blue << 16) | (green << 8) | red;

// The pixel of signed(value), for maps of many.
export function signedPixel(value) {
  table ??= Int32Array.from({ length: 2 * SHADES + 1 }, (_, i) => pixel(signed(i / SHADES - 1)));
  if (!Number.isFinite(value)) return pixel([128, 128, 128]);
  return table[Math.round((Math.max(-1, Math.min(1, value)) + 1) * SHADES)];
}

export const series = (index) => colour(`series-${index % 6}`);
export const signName = (value) => (value < 0 ? "negative" : "positive");
