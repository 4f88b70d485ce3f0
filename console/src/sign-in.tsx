// The way in: an access key and its secret, as for AWS's clients. The secret is sent once and kept nowhere.
import { useState } from "preact/hooks";
import { Field, Notice } from "./parts";
import { signIn, words, type Keys, type Session } from "./server";

/** The fields of access keys, as they stand in a form. */
export function KeyFields() {
  const [temporary, set] = useState(false);
  return (
    <>
      <Field label="Access key ID">
        <input name="accessKeyId" required autocomplete="username" autocapitalize="off" spellcheck={false} />
      </Field>
      <Field label="Secret access key">
        <input name="secretAccessKey" type="password" required autocomplete="off" />
      </Field>
      <label class="check">
        <input type="checkbox" checked={temporary} onChange={(event) => set(event.currentTarget.checked)} />
        Temporary credentials
      </label>
      {temporary && (
        <Field label="Session token">
          <input name="sessionToken" type="password" required autocomplete="off" />
        </Field>
      )}
    </>
  );
}

/** What a form holds. */
export function keysOf(form: HTMLFormElement): Keys {
  const given = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value).trim()]));
  return given as unknown as Keys;
}

export function SignIn({ ended, then }: { ended: boolean; then: (session: Session) => void }) {
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string>();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    setBusy(true);
    setWrong(undefined);
    try {
      const session = await signIn(keysOf(form));
      form.reset();
      then(session);
    } catch (error) {
      setWrong(words(error));
      setBusy(false);
    }
  };
  return (
    <main class="door">
      <form onSubmit={submit} aria-busy={busy}>
        <h1>
          <img src="/console/icon.svg" alt="" width="28" height="28" /> sotto
        </h1>
        {ended && <Notice kind="still">Your session has ended.</Notice>}
        <KeyFields />
        <Field label="Region">
          <input name="region" required defaultValue="us-east-1" pattern="[a-z0-9\-]+" autocapitalize="off" spellcheck={false} />
        </Field>
        <button disabled={busy}>{busy ? "Signing in" : "Sign in"}</button>
        {wrong && <Notice kind="wrong">{wrong}</Notice>}
        <p class="aside">The secret is compared and forgotten. Every sign-in is on record.</p>
      </form>
    </main>
  );
}
