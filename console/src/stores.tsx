// What did each store keep of a conversation? Masked entries are asked for again and again for a while after each turn; originals
// only when there is something new to see and somebody switched them on, since each such look is on record.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Sight, Target } from "./conversation";
import { laidOut, masked, parsed, texts, unmasked, type Char, type Mark } from "./marks";
import { clock, Marked, Notice, useAsked } from "./parts";
import { call, Refusal, words } from "./server";

interface Event {
  eventId: string;
  logStreamName: string;
  timestamp: number;
  message: string;
  masked?: Mark[];
}

/** Where events of a conversation are. */
interface Source {
  group: string;
  prefix: string;
}

const EVENTS_MAX = 500;
const SOON_MS = 1_000;
const LATER_MS = 5_000;
/** How long after a turn new entries are looked for every second. */
const LIVELY_MS = 20_000;
/** How long after a turn they are looked for at all. */
const WATCHED_MS = 10 * 60_000;

const input = (source: Source, since: number) => ({
  logGroupName: source.group,
  ...(source.prefix ? { logStreamNamePrefix: source.prefix } : {}),
  startTime: since,
  limit: EVENTS_MAX,
});

/** Masked events of some groups, as they come. */
function useEvents(sources: Source[], since: number, turns: number, fits: (event: Event) => boolean) {
  const [events, setEvents] = useState<Event[]>([]);
  const [error, setError] = useState<string>();
  const key = JSON.stringify([sources, since]);
  useEffect(() => setEvents([]), [key]);
  useEffect(() => {
    const begun = Date.now();
    let timer = 0;
    let stopped = false;
    const look = async () => {
      if (document.visibilityState === "visible") {
        try {
          const found: Event[] = [];
          for (const source of sources) {
            const how = { background: true };
            const told = await call("logs", "FilterLogEvents", { ...input(source, since), masked: true }, how);
            found.push(...told.events);
          }
          if (stopped) return;
          const kept = found.filter(fits).sort((one, other) => one.timestamp - other.timestamp);
          setEvents((before) => (before.length === kept.length && before.at(-1)?.eventId === kept.at(-1)?.eventId ? before : kept));
          setError(undefined);
        } catch (error) {
          if (stopped || (error instanceof Refusal && error.status === 401)) return;
          setError(error instanceof Refusal && error.code.startsWith("ResourceNotFound") ? undefined : words(error));
        }
      }
      const age = Date.now() - begun;
      if (!stopped && turns > 0 && age < WATCHED_MS) timer = window.setTimeout(look, age < LIVELY_MS ? SOON_MS : LATER_MS);
    };
    if (sources.length > 0) look();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [key, turns]);
  return { events, error };
}

/** The same events with what whoever looks may see of the originals. */
function useOriginals(sources: Source[], since: number, events: Event[], sight: Sight) {
  const [shown, setShown] = useState<{ of: string; texts: Map<string, string>; error?: string }>();
  const newest = useRef(0);
  const wanted = sight.originals && events.some((event) => event.masked?.length);
  const of = `${sight.as ?? ""} ${sight.reason ?? ""} ${JSON.stringify([sources, since])}`;
  const last = events.map((event) => event.eventId).join();
  useEffect(() => {
    const own = ++newest.current;
    if (!wanted) return;
    const look = async () => {
      const found = new Map<string, string>();
      for (const source of sources) {
        const how = { as: sight.as, reason: sight.reason || undefined };
        const told = await call("logs", "FilterLogEvents", { ...input(source, since), unmask: true }, how);
        told.events.forEach((event: Event) => found.set(event.eventId, event.message));
      }
      return found;
    };
    look().then(
      (texts) => own === newest.current && setShown({ of, texts }),
      (error) => own === newest.current && setShown({ of, texts: new Map(), error: words(error) }),
    );
  }, [wanted, of, last]);
  return wanted && shown?.of === of ? shown : undefined;
}

/** An event's characters, as they are to be shown. */
function seen(event: Event, original: string | undefined): { chars: Char[]; marks: Mark[]; opened: Set<number> } {
  const marks = event.masked ?? [];
  if (original === undefined) return { chars: masked(event.message, marks), marks, opened: new Set() };
  return { ...unmasked(event.message, marks, original), marks };
}

function Panel({ title, about, children }: { title: string; about: string; children: ComponentChildren }) {
  return (
    <section class="panel" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <span class="dim">{about}</span>
      </header>
      {children}
    </section>
  );
}

export function ConversationLog(props: { target: Target; thread: { id: string; since: number }; turns: number; sight: Sight }) {
  const { target, thread, turns, sight } = props;
  const { events, error } = useEvents(target.logs, thread.since, turns, (event) => event.message.includes(thread.id));
  const originals = useOriginals(target.logs, thread.since, events, sight);
  const about = target.logs.map((log) => log.group).join(", ");
  return (
    <Panel title="Conversation log" about={about}>
      {target.logs.length === 0 && <p class="empty">This alias keeps no conversation log.</p>}
      {target.logs.length > 0 && events.length === 0 && !error && (
        <p class="empty">{turns === 0 ? "Nothing yet." : "No entry of this conversation yet."}</p>
      )}
      {error && <Notice kind="wrong">{error}</Notice>}
      {originals?.error && <Notice kind="wrong">Originals stay closed: {originals.error}</Notice>}
      <ol class="entries">
        {events.map((event) => (
          <Entry key={event.eventId} event={event} original={originals?.texts.get(event.eventId)} />
        ))}
      </ol>
    </Panel>
  );
}

const counted = (masks: number): string => (masks === 0 ? "nothing masked" : masks === 1 ? "1 mask" : `${masks} masks`);

function Entry({ event, original }: { event: Event; original: string | undefined }) {
  const { chars, marks, opened } = seen(event, original);
  const found = texts(chars);
  const said = found.get("inputTranscript");
  const messages = [...found].filter(([path]) => /^messages\.\d+\.content$/.test(path));
  const value = parsed(chars);
  const intent = value?.sessionState?.intent;
  return (
    <li>
      <div class="line">
        <time>{clock(event.timestamp)}</time>
        {intent && <span class="tag">{intent.name}</span>}
        {value?.missedUtterance && <span class="tag">missed</span>}
        <span class="dim">{counted(marks.length)}</span>
      </div>
      {said && (
        <p class="spoken you">
          <b>in</b> <Marked chars={said} marks={marks} opened={opened} />
        </p>
      )}
      {messages.map(([, content]) => (
        <p class="spoken">
          <b>out</b> <Marked chars={content} marks={marks} opened={opened} />
        </p>
      ))}
      <details>
        <summary>Whole entry</summary>
        <pre tabIndex={0}>
          <Marked chars={laidOut(chars)} marks={marks} opened={opened} />
        </pre>
      </details>
    </li>
  );
}

/** Lines that the server writes around those of a function. */
const OF_PLATFORM = /^(INIT_START|START|END|REPORT) /;

export function FunctionLog(props: { target: Target; since: number; turns: number; sight: Sight }) {
  const { target, since, turns, sight } = props;
  const sources = target.hook ? [{ group: `/aws/lambda/${target.hook}`, prefix: "" }] : [];
  const { events, error } = useEvents(sources, since, turns, () => true);
  const originals = useOriginals(sources, since, events, sight);
  const lines = useRef<HTMLPreElement>(null);
  useEffect(() => lines.current?.scrollTo({ top: lines.current.scrollHeight }), [events]);
  return (
    <Panel title="Function log" about={sources[0]?.group ?? ""}>
      {!target.hook && <p class="empty">This alias calls no function in this locale.</p>}
      {target.hook && events.length === 0 && !error && <p class="empty">Nothing yet.</p>}
      {error && <Notice kind="wrong">{error}</Notice>}
      {originals?.error && <Notice kind="wrong">Originals stay closed: {originals.error}</Notice>}
      {events.length > 0 && (
        <pre ref={lines} class="tail" tabIndex={0} aria-label="Lines">
          {events.map((event) => {
            const { chars, marks, opened } = seen(event, originals?.texts.get(event.eventId));
            const end = chars.length - (chars.at(-1)?.c === "\n" ? 1 : 0);
            return (
              <span class={OF_PLATFORM.test(event.message) ? "row dim" : "row"} key={event.eventId}>
                <time>{clock(event.timestamp)}</time>
                <span>
                  <Marked chars={chars.slice(0, end)} marks={marks} opened={opened} />
                </span>
              </span>
            );
          })}
        </pre>
      )}
    </Panel>
  );
}

export function SessionState(props: { keys: { sessionId: string } & object; turns: number; sight: Sight }) {
  const { keys, turns, sight } = props;
  const { told, error } = useAsked(
    async () => (turns > 0 ? call("lexv2-runtime", "GetSession", keys, { as: sight.as }) : undefined),
    [sight.as, keys.sessionId],
    [turns],
  );
  const state = told?.sessionState;
  const attributes = Object.entries<string>(state?.sessionAttributes ?? {});
  const slots = Object.entries<any>(state?.intent?.slots ?? {});
  return (
    <Panel title="Session" about="as the bot keeps it, sealed; this look is on record">
      {turns === 0 && <p class="empty">Nothing yet.</p>}
      {error && <Notice kind="wrong">{error}</Notice>}
      {state && (
        <dl>
          {state.intent && (
            <>
              <dt>Intent</dt>
              <dd>
                {state.intent.name} <span class="tag">{state.intent.state}</span>
              </dd>
            </>
          )}
          {state.dialogAction && (
            <>
              <dt>Next</dt>
              <dd>
                {state.dialogAction.type} {state.dialogAction.slotToElicit && <span class="tag">{state.dialogAction.slotToElicit}</span>}
              </dd>
            </>
          )}
          <dt>Slots</dt>
          <dd>{slots.length === 0 ? <span class="dim">none</span> : <Pairs of={slots.map(([name, slot]) => [name, valueOf(slot)])} slots />}</dd>
          <dt>Attributes</dt>
          <dd>{attributes.length === 0 ? <span class="dim">none</span> : <Pairs of={attributes} />}</dd>
          {state.activeContexts?.length > 0 && (
            <>
              <dt>Contexts</dt>
              <dd>{state.activeContexts.map((context: any) => context.name).join(", ")}</dd>
            </>
          )}
        </dl>
      )}
    </Panel>
  );
}

function valueOf(slot: any): string | undefined {
  if (!slot) return undefined;
  if (slot.values) return slot.values.map(valueOf).filter(Boolean).join(", ");
  return slot.value?.interpretedValue ?? slot.value?.originalValue;
}

/** Names and values; values of slots are marked as what they are, in clear or withheld. */
function Pairs({ of, slots }: { of: [string, string | undefined][]; slots?: boolean }) {
  const shown = (name: string, value: string) => {
    if (!slots) return value;
    const withheld = value === `{${name}}`;
    const said = withheld ? "withheld from this principal" : "in clear: this principal may read the session";
    return (
      <mark class={withheld ? "masked" : "original"} title={said}>
        <span class="unseen">{withheld ? "withheld: " : "in clear: "}</span>
        {value}
      </mark>
    );
  };
  return (
    <table class="pairs">
      <tbody>
        {of.map(([name, value]) => (
          <tr>
            <th scope="row">{name}</th>
            <td>{value === undefined ? <span class="dim">empty</span> : shown(name, value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
