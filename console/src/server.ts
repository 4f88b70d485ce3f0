// How does the page ask the server? By requests that carry the page's half of the session; the other half is a cookie that no
// script reads. Neither is worth anything alone, and the access key's secret is kept nowhere.

const HALF = "sotto-console";

export interface View {
  view: string;
  arn: string;
  ends?: number;
}

export interface Session {
  arn: string;
  account: string;
  region: string;
  ends: number;
  views: View[];
}

/** What the server refused, in its words. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

let ended: () => void = () => {};

/** Says what happens when the session has ended. */
export function whenEnded(then: () => void): void {
  ended = then;
}

function half(): string {
  return localStorage.getItem(HALF) ?? "none";
}

async function post(path: string, body: unknown): Promise<any> {
  let response: Response;
  try {
    response = await fetch("/console/" + path, {
      method: "POST",
      headers: { "content-type": "application/json", "x-sotto-console": half() },
      body: JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
    });
  } catch {
    throw new Refusal(0, "Unreachable", "The server cannot be reached.");
  }
  const told = await response.json().catch(() => ({}));
  if (response.ok) return told;
  const refusal = new Refusal(
    response.status,
    String(told.__type ?? "Error").replace(/^.*#/, ""),
    String(told.message ?? told.Message ?? `The server answered with status ${response.status}.`),
  );
  if (refusal.code === "SessionEnded") {
    localStorage.removeItem(HALF);
    ended();
  }
  throw refusal;
}

export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  region?: string;
}

export async function signIn(keys: Keys): Promise<Session> {
  const { page, ...session } = await post("sign-in", keys);
  localStorage.setItem(HALF, page);
  return session;
}

/** The session that is there already, if one is. */
export async function resume(): Promise<Session | null> {
  if (localStorage.getItem(HALF) === null) return null;
  return post("session", {}).catch((refusal: Refusal) => {
    if (refusal.status === 401) return null;
    throw refusal;
  });
}

export async function signOut(): Promise<void> {
  await post("sign-out", {}).catch(() => {});
  localStorage.removeItem(HALF);
}

export const view = (who: { roleArn: string } | Keys): Promise<View> => post("view", who);

export const leave = (number: string): Promise<void> => post("leave", { view: number });

/** As whom an operation runs, where, and why. */
export interface How {
  as?: string | undefined;
  region?: string;
  reason?: string | undefined;
  /** Asked by the page, not by somebody at it: no use of the session. */
  background?: boolean;
}

/** Runs an operation as whoever is signed in, or as somebody whom he looks as. */
export const call = (service: string, operation: string, input: object, how: How = {}): Promise<any> =>
  post("call", { service, operation, input, ...how });

/** All pages of a list, up to a bound. */
export async function all<T>(
  service: string,
  operation: string,
  input: object,
  member: string,
  token: [string, string] = ["nextToken", "nextToken"],
): Promise<T[]> {
  const found: T[] = [];
  let next: string | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const told = await call(service, operation, next === undefined ? input : { ...input, [token[0]]: next });
    found.push(...(told[member] ?? []));
    next = told[token[1]];
    if (next === undefined) break;
  }
  return found;
}

const PAGES_MAX = 10;

export const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));
