// Numbers for people.

const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

// Digits that count; tiny and huge ones with a power of ten: −1.25×10⁻⁷. A dash where there is none.
export function show(number, digits = 5) {
  if (number === null || number === undefined) return "–";
  if (number === 0) return "0";
  const size = Math.abs(number);
  const sign = number < 0 ? "−" : "";
  if (size >= 1e-4 && size < 1e7) return sign + Number(size.toPrecision(digits)).toString();
  const [mantissa, power] = size.toExponential(digits - 1).replace("+", "").split("e");
  return `${sign}${mantissa}×10${[...power].map((letter) => RAISED[letter]).join("")}`;
}

export const count = (number) => number.toLocaleString("en");

export const percent = (share) => (share === null ? "–" : `${(100 * share).toFixed(1)} %`);

// The floats whose little-endian bytes are written in base64.
export function floats(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}
