// What is shown, as the part of the address behind `#`: a view can be kept, sent and gone back to.

const DEFAULTS = { depth: 2, follow: "both", whole: false, list: false, colour: "folder", hide: "tag,attachment,unresolved", words: "", sort: "", q: "", id: "", from: "", to: "", at: "" };
export const KINDS_OF_SUBJECT = ["note", "claim", "tag", "missing"];

export function read(hash = location.hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const cut = path.indexOf("/");
  const view = (cut < 0 ? path : path.slice(0, cut)) || "home";
  let subject = "";
  try {
    subject = cut < 0 ? "" : decodeURIComponent(path.slice(cut + 1));
  } catch {
    subject = path.slice(cut + 1);
  }
  const state = { view, subject, ...DEFAULTS };
  for (const [name, value] of new URLSearchParams(query)) {
    if (!(name in DEFAULTS)) continue;
    if (typeof DEFAULTS[name] === "number") state[name] = Math.max(1, Math.min(5, Number(value) || DEFAULTS[name]));
    else if (typeof DEFAULTS[name] === "boolean") state[name] = value === "1";
    else state[name] = value;
  }
  return state;
}

export function write(state) {
  const subject = state.subject ? "/" + state.subject.split("/").map(encodeURIComponent).join("/") : "";
  const query = new URLSearchParams();
  for (const [name, usual] of Object.entries(DEFAULTS)) {
    if (state[name] !== usual) query.set(name, typeof usual === "boolean" ? "1" : state[name]);
  }
  const text = query.toString();
  return `#/${state.view}${subject}${text ? `?${text}` : ""}`;
}

// Settings of the look go along from view to view; what belongs to one view stays there.
export const onwards = (state, change) => ({ ...state, id: "", at: "", from: "", to: "", q: "", sort: "", ...change });

export const set = (names) => new Set(names.split(",").filter(Boolean));
