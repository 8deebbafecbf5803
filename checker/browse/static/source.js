// Where the page gets what it shows: from the server, or, in an exported page, from within.

const inside = JSON.parse(document.getElementById("data").textContent);

export const live = inside.live;
export const siteTitle = inside.title;

// The token stands behind the # of the address that the command printed; it is kept for this tab and never sent but for actions.
function readToken() {
  const match = /^#token=([\w-]+)/.exec(location.hash);
  if (match) {
    sessionStorage.setItem("token", match[1]);
    history.replaceState(null, "", location.pathname + location.search + "#/");
  }
  return live && inside.canCheck ? sessionStorage.getItem("token") : null;
}
const token = readToken();

export const canCheck = Boolean(token);

async function ask(path, parameters = {}, options = {}) {
  const query = new URLSearchParams(parameters).toString();
  const response = await fetch(query ? `${path}?${query}` : path, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? `the server answered ${response.status}`);
  return answer;
}

export const askGraph = async () => (live ? ask("api/graph") : inside.graph);
export const askClaims = async () => (live ? (await ask("api/claims")).claims : inside.claims);
export const askClaim = async (id) => (live ? ask("api/claim", { id }) : inside.claim[id] ?? null);
export const askProperties = async () => (live ? (await ask("api/properties")).keys : Object.keys(inside.properties));
export const askValues = async (key) => (live ? (await ask("api/properties", { key })).values : inside.properties[key] ?? {});
export const fileAddress = (path) => (live ? `file?${new URLSearchParams({ path })}` : inside.files[path] ?? null);

export async function askNote(path) {
  if (live) return ask("api/note", { path });
  return inside.notes[path] ?? null;
}

const action = (path, parameters) => ask(path, parameters, { method: "POST", headers: { "X-Token": token } });
export const startCheck = (id) => action("api/check", { id });
export const stopCheck = () => action("api/stop", {});
export const checkState = () => ask("api/check");

// Calls back for every message of the server; `lost` is told whether the connection is gone.
export function listen(heard, lost) {
  if (!live) return;
  const stream = new EventSource("events");
  let before = false;
  stream.addEventListener("open", () => lost(false));
  stream.addEventListener("error", () => lost(true));
  stream.addEventListener("message", (event) => {
    const message = JSON.parse(event.data);
    if (message.kind === "hello") {
      if (before) heard({ kind: "changed", notes: null, graph: true, claims: true });
      before = true;
    } else heard(message);
  });
}
