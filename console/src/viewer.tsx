// As whom are the stores looked at? As whoever signed in, as a role that he may assume, or as somebody whose keys he has. Originals
// are asked for only when they are switched on, and each look at them is on record with its reason.
import { useRef, useState } from "preact/hooks";
import type { Sight } from "./conversation";
import { Field, Notice } from "./parts";
import { leave, view, words, type Session, type View } from "./server";
import { KeyFields, keysOf } from "./sign-in";

const short = (arn: string): string => arn.split(":").slice(5).join(":") || arn;

export function Viewer(props: {
  sight: Sight;
  set: (sight: Sight) => void;
  views: View[];
  setViews: (views: View[]) => void;
  session: Session;
}) {
  const { sight, set, views, setViews, session } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const [way, setWay] = useState<"role" | "keys">("role");
  const [wrong, setWrong] = useState<string>();
  const [busy, setBusy] = useState(false);
  const look = (as: string) => {
    if (as === "other") {
      setWrong(undefined);
      dialog.current?.showModal();
      return;
    }
    const found = views.find((one) => one.view === as);
    set(found ? { ...sight, as, who: found.arn } : own());
  };
  const own = (): Sight => {
    const { as: _, ...rest } = sight;
    return { ...rest, who: session.arn };
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    setBusy(true);
    setWrong(undefined);
    try {
      const role = new FormData(form).get("roleArn");
      const found = await view(way === "role" ? { roleArn: String(role).trim() } : { ...keysOf(form), region: session.region });
      form.reset();
      setViews([...views, found]);
      set({ ...sight, as: found.view, who: found.arn });
      dialog.current?.close();
    } catch (error) {
      setWrong(words(error));
    }
    setBusy(false);
  };
  const forget = async () => {
    if (sight.as === undefined) return;
    await leave(sight.as).catch(() => {});
    setViews(views.filter((one) => one.view !== sight.as));
    set(own());
  };
  return (
    <div class="viewer">
      <Field label="View as">
        <select value={sight.as ?? ""} onChange={(event) => (look(event.currentTarget.value), (event.currentTarget.value = sight.as ?? ""))}>
          <option value="">{short(session.arn)} (signed in)</option>
          {views.map((one) => (
            <option value={one.view}>{short(one.arn)}</option>
          ))}
          <option value="other">Another principal…</option>
        </select>
      </Field>
      <label class="switch">
        <input
          type="checkbox"
          role="switch"
          checked={sight.originals}
          onChange={(event) => set({ ...sight, originals: event.currentTarget.checked })}
        />
        Originals
      </label>
      {sight.originals && (
        <Field label="Reason">
          <input
            defaultValue={sight.reason ?? ""}
            maxLength={256}
            placeholder="goes on record"
            onChange={(event) => set({ ...sight, reason: event.currentTarget.value.trim() })}
          />
        </Field>
      )}
      {sight.as !== undefined && (
        <button class="quiet" onClick={forget}>
          Leave
        </button>
      )}
      <dialog ref={dialog} aria-labelledby="as-whom">
        <form onSubmit={submit} aria-busy={busy}>
          <h2 id="as-whom">View as another principal</h2>
          <fieldset class="ways">
            <legend class="unseen">How</legend>
            {(["role", "keys"] as const).map((one) => (
              <label>
                <input type="radio" name="way" checked={way === one} onChange={() => setWay(one)} />
                {one === "role" ? "Assume a role" : "Sign in with other keys"}
              </label>
            ))}
          </fieldset>
          {way === "role" ? (
            <Field label="Role ARN" hint="sts:AssumeRole is asked for as you; the root user may not assume roles.">
              <input name="roleArn" required pattern="arn:.+:role/.+" autocapitalize="off" spellcheck={false} />
            </Field>
          ) : (
            <KeyFields />
          )}
          {wrong && <Notice kind="wrong">{wrong}</Notice>}
          <div class="actions">
            <button disabled={busy}>View</button>
            <button type="button" class="quiet" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
          </div>
        </form>
      </dialog>
    </div>
  );
}
