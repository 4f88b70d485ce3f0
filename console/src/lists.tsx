// Screens that have their place and are simple lists as yet.
import type { ComponentChildren } from "preact";
import { Notice, useAsked } from "./parts";
import { all, call } from "./server";

function Screen({ title, about, children }: { title: string; about: string; children?: ComponentChildren }) {
  return (
    <div class="screen list">
      <h1>{title}</h1>
      <p class="about">{about}</p>
      {children}
    </div>
  );
}

/** Rows of what was asked for, with what is said meanwhile. */
function Table(props: { heads: string[]; of: { told?: ComponentChildren[][]; error?: string }; none: string }) {
  const { heads, of, none } = props;
  if (of.error) return <Notice kind="wrong">{of.error}</Notice>;
  if (!of.told) return <Notice kind="still">Asking.</Notice>;
  if (of.told.length === 0) return <p class="empty">{none}</p>;
  return (
    <div class="wide" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {heads.map((head) => (
              <th scope="col">{head}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {of.told.map((row) => (
            <tr>
              {row.map((cell) => (
                <td>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const bytes = (count: number): string => {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let at = 0;
  for (; count >= 1024 && at < units.length - 1; at++) count /= 1024;
  return `${at === 0 ? count : count.toFixed(1)} ${units[at]}`;
};

interface Group {
  logGroupName: string;
  dataProtectionStatus?: string;
  retentionInDays?: number;
  storedBytes?: number;
  kmsKeyId?: string;
}

const groups = () => all<Group>("logs", "DescribeLogGroups", {}, "logGroups");

export function LogGroups() {
  const of = useAsked(
    async () =>
      (await groups()).map((group) => [
        <code>{group.logGroupName}</code>,
        group.dataProtectionStatus === "ACTIVATED" ? "own policy" : "",
        group.kmsKeyId ? "customer's" : "",
        group.retentionInDays ? `${group.retentionInDays} days` : "kept",
        bytes(group.storedBytes ?? 0),
      ]),
    [],
  );
  return (
    <Screen title="Log groups" about="A list as yet: searching and reading come to this place. sotto query and AWS's clients do both now.">
      <Table heads={["Group", "Protection", "Key", "Retention", "Stored"]} of={of} none="There is no log group in this Region." />
    </Screen>
  );
}

export function Findings() {
  return (
    <Screen
      title="Findings"
      about="Not here yet. Findings go where a data protection policy sends them: into a log group, to an endpoint or a file. The numbers of them are at /metrics."
    />
  );
}

export function Policies() {
  const of = useAsked(async () => {
    const told = await call("logs", "DescribeAccountPolicies", { policyType: "DATA_PROTECTION_POLICY" });
    const account = (told.accountPolicies ?? []).map((policy: any) => ["account", policy.policyName]);
    const own = (await groups()).filter((group) => group.dataProtectionStatus === "ACTIVATED");
    return [...account, ...own.map((group) => ["group", <code>{group.logGroupName}</code>])];
  }, []);
  return (
    <Screen title="Policies" about="Data protection policies, a list as yet: writing and trying them out come to this place. sotto policy and sotto logs protect do both now.">
      <Table heads={["Of", "Name"]} of={of} none="No policy of an account or a group; the policy of last resort holds, where it was not switched off." />
    </Screen>
  );
}

export function Keys() {
  const of = useAsked(async () => {
    const list = ["Marker", "NextMarker"] as [string, string];
    const [keys, aliases] = await Promise.all([
      all<any>("kms", "ListKeys", {}, "Keys", list),
      all<any>("kms", "ListAliases", {}, "Aliases", list),
    ]);
    const named = (id: string) => aliases.filter((alias) => alias.TargetKeyId === id).map((alias) => alias.AliasName);
    return keys.map((key) => [<code>{key.KeyId}</code>, named(key.KeyId).join(", ")]);
  }, []);
  return (
    <Screen title="Keys" about="KMS keys of this Region, a list as yet.">
      <Table heads={["Key", "Aliases"]} of={of} none="There is no KMS key in this Region." />
    </Screen>
  );
}

export function Trail() {
  const of = useAsked(async () => {
    const told = await call("cloudtrail", "LookupEvents", { MaxResults: 50 });
    return (told.Events ?? []).map((event: any) => {
      const record = JSON.parse(event.CloudTrailEvent ?? "{}");
      const decided = record.sotto ?? {};
      const outcome = record.errorCode ?? record.responseElements?.ConsoleLogin ?? "";
      return [
        new Date(event.EventTime * 1000).toLocaleString(undefined, { hour12: false }),
        event.EventName,
        event.Username ?? record.userIdentity?.type ?? "",
        decided.action ?? "",
        <span class={decided.decision?.endsWith("Deny") ? "denied" : ""}>{decided.decision ?? outcome}</span>,
        record.sourceIPAddress ?? "",
      ];
    });
  }, []);
  return (
    <Screen title="Trail" about="The newest 50 events of this Region, this look among the next. Searching comes to this place; cloudtrail lookup-events and sotto trail do it now.">
      <button class="quiet" onClick={of.again}>
        Look again
      </button>
      <Table heads={["When", "Event", "Who", "Decided on", "Outcome", "From"]} of={of} none="Nothing yet." />
    </Screen>
  );
}
