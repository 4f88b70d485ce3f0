// Who is signed in, and which screen is shown.
import { useCallback, useEffect, useState } from "preact/hooks";
import { Conversation } from "./conversation";
import { Findings, Keys, LogGroups, Policies, Trail } from "./lists";
import { Notice } from "./parts";
import { resume, signOut, whenEnded, words, type Session } from "./server";
import { SignIn } from "./sign-in";

const SCREENS = [
  { path: "conversation", name: "Conversation" },
  { path: "log-groups", name: "Log groups" },
  { path: "findings", name: "Findings" },
  { path: "policies", name: "Policies" },
  { path: "keys", name: "Keys" },
  { path: "trail", name: "Trail" },
] as const;

type Path = (typeof SCREENS)[number]["path"];

const here = (): Path => SCREENS.find((screen) => `#/${screen.path}` === location.hash)?.path ?? "conversation";

const short = (arn: string): string => arn.split(":").slice(5).join(":") || arn;

export function App() {
  const [session, setSession] = useState<Session | null>();
  const [ended, setEnded] = useState(false);
  const [wrong, setWrong] = useState<string>();
  const [path, setPath] = useState(here());
  useEffect(() => {
    whenEnded(() => {
      setEnded(true);
      setSession(null);
    });
    const moved = () => setPath(here());
    addEventListener("hashchange", moved);
    resume().then(setSession, (error) => setWrong(words(error)));
    return () => removeEventListener("hashchange", moved);
  }, []);
  const begin = useCallback((session: Session) => {
    setEnded(false);
    setSession(session);
  }, []);
  const end = async () => {
    await signOut();
    setEnded(false);
    setSession(null);
  };
  if (wrong) return <Notice kind="wrong">{wrong}</Notice>;
  if (session === undefined) return null;
  if (session === null) return <SignIn ended={ended} then={begin} />;
  return (
    <>
      <a class="skip" href="#content" onClick={(event) => (event.preventDefault(), document.getElementById("content")?.focus())}>
        Skip to the content
      </a>
      <header class="top">
        <strong class="brand">
          <img src="/console/icon.svg" alt="" width="22" height="22" /> sotto
        </strong>
        <nav aria-label="Screens">
          {SCREENS.map((screen) => (
            <a href={`#/${screen.path}`} aria-current={screen.path === path ? "page" : undefined}>
              {screen.name}
            </a>
          ))}
        </nav>
        <div class="who">
          <span title={session.arn}>{short(session.arn)}</span>
          <span class="dim">
            {session.account} · {session.region}
          </span>
          <button class="quiet" onClick={end}>
            Sign out
          </button>
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        {/* A conversation goes on while another screen is looked at. */}
        <div hidden={path !== "conversation"} class="fill">
          <Conversation session={session} />
        </div>
        {path === "log-groups" && <LogGroups />}
        {path === "findings" && <Findings />}
        {path === "policies" && <Policies />}
        {path === "keys" && <Keys />}
        {path === "trail" && <Trail />}
      </main>
    </>
  );
}
