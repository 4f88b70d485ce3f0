// Where in a stored event are the masks, and how is an entry laid out without losing them? Text is a list of characters, each
// with the mask that it belongs to; whatever rearranges the text carries the masks along.

/** A masked stretch, as GetLogEvents tells of it: from 1, in characters of the stored text. */
export interface Mark {
  type: string;
  rule: string;
  length: number;
  start: number;
  end: number;
  discarded?: boolean;
}

/** A character and its mask, -1 for none. */
export interface Char {
  c: string;
  mark: number;
}

/** A stretch of characters with one mask or none. */
export interface Run {
  text: string;
  mark: number;
}

const plain = (text: string): Char[] => Array.from(text, (c) => ({ c, mark: -1 }));

/** The stored text with its masks. */
export function masked(text: string, marks: Mark[]): Char[] {
  const chars = plain(text);
  marks.forEach((mark, index) => {
    for (let at = mark.start - 1; at < mark.end; at++) {
      const char = chars[at];
      if (char) char.mark = index;
    }
  });
  return chars;
}

const same = (one: Char[], at: number, other: Char[], from: number, length: number): boolean => {
  for (let step = 0; step < length; step++) if (one[at + step]?.c !== other[from + step]?.c) return false;
  return true;
};

/**
 * The same event as somebody sees it who may unmask: what was masked stands where the stored text around it says. A mask that
 * stayed closed is marked as it was; `opened` says which did not.
 */
export function unmasked(stored: string, marks: Mark[], shown: string): { chars: Char[]; opened: Set<number> } {
  const [before, chars] = [plain(stored), plain(shown)];
  const sorted = marks.map((mark, index) => ({ mark, index })).sort((one, other) => one.mark.start - other.mark.start);
  const opened = new Set<number>();
  let [at, from] = [0, 0];
  for (const [order, { mark, index }] of sorted.entries()) {
    at += mark.start - 1 - from;
    from = mark.end;
    const until = sorted[order + 1]?.mark.start ?? before.length + 1;
    const rest = until - 1 - from;
    const width = mark.end - mark.start + 1;
    const stayed = same(chars, at, before, mark.start - 1, width) && same(chars, at + width, before, from, rest);
    const length = stayed ? width : mark.length;
    if (!stayed) opened.add(index);
    for (let step = 0; step < length; step++) {
      const char = chars[at + step];
      if (char) char.mark = index;
    }
    at += length;
  }
  return { chars, opened };
}

/** Characters in runs of one mask. */
export function runs(chars: Char[]): Run[] {
  const found: Run[] = [];
  for (const { c, mark } of chars) {
    const last = found.at(-1);
    if (last && last.mark === mark) last.text += c;
    else found.push({ text: c, mark });
  }
  return found;
}

/** A JSON text laid out over lines; what is no JSON stays as it is. */
export function laidOut(chars: Char[]): Char[] {
  if (!parsed(chars)) return chars;
  const out: Char[] = [];
  let [depth, quoted, escaped] = [0, false, false];
  const line = () => out.push(...plain("\n" + "  ".repeat(depth)));
  chars.forEach((char, at) => {
    const { c } = char;
    if (quoted) {
      out.push(char);
      if (escaped) escaped = false;
      else if (c === "\\") escaped = true;
      else if (c === '"') quoted = false;
      return;
    }
    if (c.trim() === "") return;
    if (c === "}" || c === "]") {
      depth--;
      if (!"{[".includes(previous(chars, at))) line();
    }
    out.push(char);
    if (c === '"') quoted = true;
    if (c === "{" || c === "[") {
      depth++;
      if (!"}]".includes(following(chars, at))) line();
    }
    if (c === ",") line();
    if (c === ":") out.push({ c: " ", mark: -1 });
  });
  return out;
}

const beside = (chars: Char[], at: number, step: number): string => {
  for (let near = at + step; ; near += step) {
    const char = chars[near];
    if (!char) return "?";
    if (char.c.trim() !== "") return char.c;
  }
};
const previous = (chars: Char[], at: number): string => beside(chars, at, -1);
const following = (chars: Char[], at: number): string => beside(chars, at, 1);

/** The value of a JSON text, where it is one. */
export function parsed(chars: Char[]): any {
  try {
    return JSON.parse(chars.map((char) => char.c).join(""));
  } catch {
    return undefined;
  }
}

/**
 * The texts of a JSON text by their path, such as `messages.0.content`, with their masks and without their escapes.
 */
export function texts(chars: Char[]): Map<string, Char[]> {
  const found = new Map<string, Char[]>();
  if (!parsed(chars)) return found;
  let at = 0;
  const skip = () => {
    while (chars[at] && chars[at]!.c.trim() === "") at++;
  };
  const string = (): Char[] => {
    const out: Char[] = [];
    for (at++; chars[at] && chars[at]!.c !== '"'; at++) {
      const char = chars[at]!;
      if (char.c !== "\\") {
        out.push(char);
        continue;
      }
      const letter = chars[++at]?.c ?? "";
      const long = letter === "u" ? 4 : 0;
      const escape = chars.slice(at, at + 1 + long).map((of) => of.c).join("");
      at += long;
      out.push({ c: JSON.parse(`"\\${escape}"`), mark: char.mark });
    }
    at++;
    return out;
  };
  const value = (path: string): void => {
    skip();
    const c = chars[at]?.c;
    if (c === '"') {
      found.set(path, string());
    } else if (c === "{" || c === "[") {
      const close = c === "{" ? "}" : "]";
      at++;
      for (let index = 0; ; index++) {
        skip();
        if (!chars[at] || chars[at]!.c === close) break;
        let name = String(index);
        if (close === "}") {
          name = string().map((of) => of.c).join("");
          skip();
          at++;
        }
        value(path === "" ? name : `${path}.${name}`);
        skip();
        if (chars[at]?.c === ",") at++;
      }
      at++;
    } else {
      while (chars[at] && !",}]".includes(chars[at]!.c)) at++;
    }
  };
  value("");
  return found;
}
