// A bot is talked to on the left; on the right stands what each store kept of it.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Field, Notice, useAsked } from "./parts";
import { all, call, words, type Session, type View } from "./server";
import { ConversationLog, FunctionLog, SessionState } from "./stores";
import { Viewer } from "./viewer";

interface Named {
  id: string;
  name: string;
  note?: string;
}

/** A bot's alias in a locale: what is talked to, and where its traces go. */
export interface Target {
  botId: string;
  botAliasId: string;
  localeId: string;
  logs: { group: string; prefix: string }[];
  hook?: string;
}

/** As whom stores are looked at, and whether originals are asked for. */
export interface Sight {
  as?: string;
  who: string;
  originals: boolean;
  reason?: string;
}

/** The one that was chosen, while it is there; else the first that is not for trying out. */
const chosenOf = (of?: Named[]) => (before: string): string => {
  if (!of) return before;
  const found = of.find((one) => one.id === before) ?? of.find((one) => one.id !== "TSTALIASID") ?? of[0];
  return found?.id ?? "";
};

interface Said {
  from: "you" | "bot" | "page";
  text: string;
  buttons?: { text: string; value: string }[];
}

const bots = async (): Promise<Named[]> =>
  (await all<any>("lexv2-models", "ListBots", {}, "botSummaries")).map((bot) => ({ id: bot.botId, name: bot.botName }));

const aliases = async (botId: string): Promise<Named[]> =>
  (await all<any>("lexv2-models", "ListBotAliases", { botId }, "botAliasSummaries")).map((alias) => ({
    id: alias.botAliasId,
    name: alias.botAliasName,
  }));

const described = async (botId: string, botAliasId: string) => {
  const alias = await call("lexv2-models", "DescribeBotAlias", { botId, botAliasId });
  const found = await all<any>(
    "lexv2-models",
    "ListBotLocales",
    { botId, botVersion: alias.botVersion ?? "DRAFT" },
    "botLocaleSummaries",
  );
  const locales: Named[] = found.map((locale) => ({
    id: locale.localeId,
    name: locale.localeName ? `${locale.localeName} (${locale.localeId})` : locale.localeId,
    note: locale.botLocaleStatus,
  }));
  return { alias, locales };
};

/** `/app` of `arn:aws:logs:eu-central-1:111122223333:log-group:/app:*`. */
const groupOf = (arn: string): string => arn.split(":log-group:")[1]?.replace(/:\*$/, "") ?? "";

/** `hook` of a function's ARN, with or without a version behind it. */
const functionOf = (arn: string): string => arn.split(":function:")[1]?.split(":")[0] ?? arn;

function target(botId: string, botAliasId: string, localeId: string, alias: any): Target {
  const settings = alias.conversationLogSettings?.textLogSettings ?? [];
  const logs = settings
    .filter((setting: any) => setting.enabled && setting.destination?.cloudWatch)
    .map(({ destination: { cloudWatch } }: any) => ({
      group: groupOf(cloudWatch.cloudWatchLogGroupArn),
      prefix: cloudWatch.logPrefix ?? "",
    }));
  const hook = alias.botAliasLocaleSettings?.[localeId]?.codeHookSpecification?.lambdaCodeHook?.lambdaARN;
  return { botId, botAliasId, localeId, logs, ...(hook ? { hook: functionOf(hook) } : {}) };
}

/** SSML as it would be heard. */
const heard = (text: string): string => text.replace(/<[^>]*>/g, "").trim();

function saidBy(message: any): Said {
  const card = message.imageResponseCard;
  if (card) {
    const text = [card.title, card.subtitle].filter(Boolean).join(": ");
    return { from: "bot", text, buttons: card.buttons ?? [] };
  }
  const text = String(message.content ?? "");
  return { from: "bot", text: message.contentType === "SSML" ? heard(text) : text };
}

export function Conversation({ session }: { session: Session }) {
  const [bot, setBot] = useState("");
  const [alias, setAlias] = useState("");
  const [locale, setLocale] = useState("");
  const ofBots = useAsked(bots, []);
  const ofAliases = useAsked(async () => (bot ? aliases(bot) : []), [bot]);
  const ofAlias = useAsked(async () => (bot && alias ? described(bot, alias) : undefined), [bot, alias]);
  useEffect(() => setBot(chosenOf(ofBots.told)), [ofBots.told]);
  useEffect(() => setAlias(chosenOf(ofAliases.told)), [ofAliases.told]);
  useEffect(() => setLocale(chosenOf(ofAlias.told?.locales)), [ofAlias.told]);
  const chosen = useMemo(
    () => (bot && alias && locale && ofAlias.told ? target(bot, alias, locale, ofAlias.told.alias) : undefined),
    [bot, alias, locale, ofAlias.told],
  );
  const error = ofBots.error ?? ofAliases.error ?? ofAlias.error;
  const status = ofAlias.told?.locales.find((found) => found.id === locale)?.note;
  return (
    <div class="screen">
      <h1 class="unseen">Conversation</h1>
      <div class="choices">
        <Choice label="Bot" value={bot} set={(id) => (setBot(id), setAlias(""))} of={ofBots.told} />
        <Choice label="Alias" value={alias} set={setAlias} of={ofAliases.told} />
        <Choice label="Locale" value={locale} set={setLocale} of={ofAlias.told?.locales} />
        <button class="quiet" onClick={ofBots.again}>
          Look again
        </button>
      </div>
      {error && <Notice kind="wrong">{error}</Notice>}
      {ofBots.told?.length === 0 && (
        <Notice kind="still">
          There is no bot in {session.region} yet. <code>sotto bots example banking</code> makes one.
        </Notice>
      )}
      {status && !["Built", "ReadyExpressTesting"].includes(status) && (
        <Notice kind="still">This locale cannot be talked to: its status is {status}.</Notice>
      )}
      {chosen && <Talk key={`${bot} ${alias} ${locale}`} target={chosen} session={session} />}
    </div>
  );
}

function Choice({ label, value, set, of }: { label: string; value: string; set: (id: string) => void; of?: Named[] | undefined }) {
  return (
    <Field label={label}>
      <select value={value} disabled={!of?.length} onChange={(event) => set(event.currentTarget.value)}>
        {(of ?? []).map((one) => (
          <option value={one.id}>{one.name}</option>
        ))}
      </select>
    </Field>
  );
}

interface Thread {
  id: string;
  since: number;
}

const begin = (): Thread => ({ id: crypto.randomUUID(), since: Date.now() });

function Talk({ target, session }: { target: Target; session: Session }) {
  const [thread, setThread] = useState(begin);
  const [said, setSaid] = useState<Said[]>([]);
  const [turns, setTurns] = useState(0);
  const [busy, setBusy] = useState(false);
  const [views, setViews] = useState<View[]>(session.views);
  const [sight, setSight] = useState<Sight>({ who: session.arn, originals: false });
  const { botId, botAliasId, localeId } = target;
  const keys = { botId, botAliasId, localeId, sessionId: thread.id };
  const say = async (text: string) => {
    setBusy(true);
    setSaid((before) => [...before, { from: "you", text }]);
    try {
      const told = await call("lexv2-runtime", "RecognizeText", { ...keys, text });
      const answers: Said[] = (told.messages ?? []).map(saidBy);
      if (answers.length === 0) answers.push({ from: "page", text: silence(told) });
      setSaid((before) => [...before, ...answers]);
    } catch (error) {
      setSaid((before) => [...before, { from: "page", text: words(error) }]);
    }
    setBusy(false);
    setTurns((before) => before + 1);
  };
  const anew = async () => {
    if (turns > 0) await call("lexv2-runtime", "DeleteSession", keys).catch(() => {});
    setThread(begin());
    setSaid([]);
    setTurns(0);
  };
  return (
    <div class="columns">
      <Chat said={said} busy={busy} say={say} anew={anew} />
      <section class="stores" aria-label="What was kept">
        <Viewer sight={sight} set={setSight} views={views} setViews={setViews} session={session} />
        <ConversationLog target={target} thread={thread} turns={turns} sight={sight} />
        <SessionState keys={keys} turns={turns} sight={sight} />
        <FunctionLog target={target} since={thread.since} turns={turns} sight={sight} />
      </section>
    </div>
  );
}

/** What is shown for a turn without a message. */
function silence(told: any): string {
  const intent = told.sessionState?.intent;
  return intent ? `The bot says nothing. ${intent.name} is ${intent.state}.` : "The bot says nothing.";
}

function Chat({ said, busy, say, anew }: { said: Said[]; busy: boolean; say: (text: string) => void; anew: () => void }) {
  const [text, setText] = useState("");
  const end = useRef<HTMLLIElement>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => end.current?.scrollIntoView({ block: "nearest" }), [said, busy]);
  useEffect(() => input.current?.focus(), []);
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    const words = text.trim();
    if (words === "" || busy) return;
    setText("");
    say(words);
  };
  return (
    <section class="chat" aria-label="Chat">
      <ol role="log" aria-live="polite" aria-label="Messages" tabIndex={0}>
        {said.length === 0 && <li class="page">Say something to begin, as a customer would.</li>}
        {said.map((one) => (
          <li class={one.from}>
            <span class="unseen">{one.from === "you" ? "You: " : one.from === "bot" ? "Bot: " : ""}</span>
            {one.text}
            {one.buttons && one.buttons.length > 0 && (
              <span class="offers">
                {one.buttons.map((button) => (
                  <button class="quiet" disabled={busy} onClick={() => say(button.value)}>
                    {button.text}
                  </button>
                ))}
              </span>
            )}
          </li>
        ))}
        {busy && <li class="bot waiting" aria-label="The bot is thinking">···</li>}
        <li ref={end} class="end" aria-hidden="true" />
      </ol>
      <form onSubmit={send}>
        <input
          ref={input}
          aria-label="Message"
          placeholder="Message"
          value={text}
          maxLength={1024}
          autocomplete="off"
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <button disabled={busy || text.trim() === ""}>Send</button>
        <button type="button" class="quiet" disabled={said.length === 0 || busy} onClick={anew}>
          New
        </button>
      </form>
    </section>
  );
}
