// Talking to the program: every address is relative, so that it begins with the page's token.

// What `path` answers, or null where it has nothing new. Throws with the program's own sentence.
export async function ask(path) {
  const answer = await fetch(path, { cache: "no-store" });
  if (answer.status === 204) return null;
  return unpack(answer);
}

export async function command(name, body = {}) {
  const answer = await fetch(name, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return unpack(answer);
}

async function unpack(answer) {
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error);
  return body;
}
