//! Do decisions follow AWS's pages? Every file under `tests/vectors/` but `grammar.toml`.
//!
//! A `case` is a whole decision; `action`, `resource` and `condition` are short forms: one allow statement with that pattern or
//! condition, so "matches" means allowed and anything else is an implicit deny. Each names the page that it follows.

use crate::world::{account, kind, principal};
use serde::Deserialize;
use sotto_arn::Action;
use sotto_iam::{
    Attached, Context, Grants, Guardrails, Level, Outcome, Policies, Policy, PolicyKind, PolicySet, Request,
    Resource, ResourcePolicy, Verdict, evaluate, explain,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Fewer vectors than this is a loss.
const VECTORS_MIN: usize = 480;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct File {
    policies: BTreeMap<String, String>,
    case: Vec<Case>,
    action: Vec<ActionRow>,
    resource: Vec<ResourceRow>,
    condition: Vec<ConditionRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    page: String,
    principal: String,
    entity: Option<String>,
    unique_id: Option<String>,
    action: String,
    resource: String,
    account: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    context: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    identity: Vec<String>,
    boundary: Option<String>,
    session: Option<Vec<String>>,
    resource_policy: Option<String>,
    #[serde(default)]
    resource_policies: Vec<String>,
    policy_kind: Option<String>,
    #[serde(default)]
    scps: Vec<Vec<String>>,
    #[serde(default)]
    rcps: Vec<Vec<String>>,
    #[serde(default)]
    scp_management: bool,
    #[serde(default)]
    rcp_management: bool,
    #[serde(default)]
    grant: bool,
    expect: String,
    layer: Option<String>,
    sid: Option<String>,
    target: Option<String>,
    missing: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActionRow {
    page: String,
    pattern: Vec<String>,
    #[serde(default)]
    left_out: bool,
    action: String,
    #[serde(rename = "match")]
    matches: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResourceRow {
    page: String,
    pattern: Vec<String>,
    #[serde(default)]
    left_out: bool,
    resource: String,
    #[serde(rename = "match")]
    matches: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConditionRow {
    page: String,
    operator: String,
    key: String,
    policy: Vec<String>,
    request: Option<Vec<String>>,
    met: bool,
}

#[derive(Debug)]
struct Yes;

impl Grants for Yes {
    fn allows(&self, _request: &Request, _resource: &Resource) -> bool {
        true
    }
}

fn files() -> Vec<(String, File)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if name != "grammar" {
            let text = std::fs::read_to_string(&path).unwrap();
            files.push((
                name.clone(),
                toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}")),
            ));
        }
    }
    files.sort_by(|a: &(String, File), b| a.0.cmp(&b.0));
    files
}

fn json(items: &[String]) -> String {
    let quoted: Vec<String> = items.iter().map(|item| serde_json::to_string(item).unwrap()).collect();
    format!("[{}]", quoted.join(","))
}

impl File {
    fn set(&self, names: &[String], kind: PolicyKind) -> Arc<PolicySet> {
        let attach = |name: &String| {
            let text = self.policies.get(name).unwrap_or_else(|| panic!("no policy `{name}`"));
            let policy = Policy::parse(text, kind).unwrap_or_else(|problems| panic!("{name}: {problems}"));
            Attached::inline(name, policy)
        };
        Arc::new(names.iter().map(attach).collect())
    }

    fn guardrails(&self, levels: &[Vec<String>], kind: PolicyKind, management: bool) -> Guardrails {
        let level = |(index, names): (usize, &Vec<String>)| {
            Level::new(&format!("level-{index}"), self.set(names, kind))
        };
        Guardrails { levels: levels.iter().enumerate().map(level).collect(), management }
    }

    fn policies(&self, case: &Case) -> Policies {
        let of_resource: Vec<String> =
            case.resource_policy.iter().chain(&case.resource_policies).cloned().collect();
        let resource_kind = kind(case.policy_kind.as_deref().unwrap_or("resource"));
        let boundary =
            case.boundary.as_ref().map(|name| self.set(std::slice::from_ref(name), PolicyKind::Boundary));
        let resource =
            (!of_resource.is_empty()).then(|| ResourcePolicy::new(self.set(&of_resource, resource_kind)));
        let grants: Option<Arc<dyn Grants>> = if case.grant { Some(Arc::new(Yes)) } else { None };
        Policies {
            identity: case
                .identity
                .iter()
                .map(|name| self.set(std::slice::from_ref(name), PolicyKind::Identity))
                .collect(),
            boundary,
            session: case.session.as_ref().map(|names| self.set(names, PolicyKind::Session)),
            scps: self.guardrails(&case.scps, PolicyKind::Scp, case.scp_management),
            rcps: self.guardrails(&case.rcps, PolicyKind::Rcp, case.rcp_management),
            resource,
            endpoint: None,
            grants,
        }
    }
}

fn request(case: &Case) -> Request {
    let mut principal = principal(&case.principal, case.entity.as_deref());
    if let Some(id) = &case.unique_id {
        principal = principal.with_unique_id(id);
    }
    let mut resource = Resource::new(&case.resource);
    if let Some(digits) = &case.account {
        resource = resource.of_account(&account(digits));
    }
    for (key, value) in &case.tags {
        resource = resource.with_tag(key, value.as_str());
    }
    let context = case.context.iter().fold(Context::new(), |context, (key, values)| {
        context.with_all(key, values.iter().map(String::as_str))
    });
    Request::new(principal, Action::parse(&case.action).unwrap(), resource, context)
}

fn outcome(verdict: &Verdict) -> &'static str {
    match verdict.outcome() {
        Outcome::Allow => "allow",
        Outcome::ExplicitDeny => "explicit",
        Outcome::ImplicitDeny => "implicit",
    }
}

fn layer(layer: sotto_iam::Layer) -> String {
    format!("{layer:?}").to_lowercase()
}

/// What is wrong with a case, if anything.
fn fault(file: &File, case: &Case) -> Option<String> {
    let (policies, request) = (file.policies(case), request(case));
    let verdict = evaluate(&policies, &request);
    let wanted = |name: &str, wanted: Option<&String>, got: Option<String>| {
        let differs = wanted.is_some() && wanted != got.as_ref();
        differs.then(|| format!("{name} {got:?}, wanted {wanted:?}"))
    };
    let missing: Vec<String> = verdict.missing().iter().map(layer).collect();
    let faults = [
        wanted("outcome", Some(&case.expect), Some(outcome(&verdict).to_owned())),
        wanted("layer", case.layer.as_ref(), Some(layer(verdict.layer()))),
        wanted(
            "sid",
            case.sid.as_ref(),
            verdict.statement().and_then(|label| label.sid()).map(str::to_owned),
        ),
        wanted("target", case.target.as_ref(), verdict.target().map(str::to_owned)),
        case.missing
            .as_ref()
            .filter(|wanted| **wanted != missing)
            .map(|wanted| format!("missing {missing:?}, wanted {wanted:?}")),
        (case.page.is_empty()).then(|| "no page".to_owned()),
        (explain(&policies, &request).verdict != verdict).then(|| "explaining decides otherwise".to_owned()),
    ];
    let faults: Vec<String> = faults.into_iter().flatten().collect();
    (!faults.is_empty()).then(|| format!("{}: {} [{verdict}]", case.name, faults.join("; ")))
}

#[test]
fn whole_decisions() {
    let mut faults = Vec::new();
    for (name, file) in files() {
        faults.extend(
            file.case.iter().filter_map(|case| fault(&file, case)).map(|fault| format!("{name}: {fault}")),
        );
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// Whether a policy of one statement allows a user something.
fn allows(statement: &str, action: &str, resource: &str, context: Context) -> bool {
    let text = format!("{{\"Version\":\"2012-10-17\",\"Statement\":{{\"Effect\":\"Allow\",{statement}}}}}");
    let policy =
        Policy::parse(&text, PolicyKind::Identity).unwrap_or_else(|problems| panic!("{text}: {problems}"));
    let identity = vec![Arc::new(PolicySet::of(Attached::inline("p", policy)))];
    let who = principal("arn:aws:iam::111122223333:user/Ana", None);
    let resource = Resource::new(resource).of_account(&account("111122223333"));
    let request = Request::new(who, Action::parse(action).unwrap(), resource, context);
    evaluate(&Policies { identity, ..Policies::default() }, &request).is_allowed()
}

#[test]
fn patterns_of_actions() {
    for row in files().iter().flat_map(|(_, file)| &file.action) {
        let element = if row.left_out { "NotAction" } else { "Action" };
        let statement = format!("\"{element}\":{},\"Resource\":\"*\"", json(&row.pattern));
        let allowed = allows(&statement, &row.action, "*", Context::new());
        assert_eq!(allowed, row.matches, "{element} {:?} {} ({})", row.pattern, row.action, row.page);
    }
}

#[test]
fn patterns_of_resources() {
    for row in files().iter().flat_map(|(_, file)| &file.resource) {
        let element = if row.left_out { "NotResource" } else { "Resource" };
        let statement = format!("\"Action\":\"*\",\"{element}\":{}", json(&row.pattern));
        let allowed = allows(&statement, "x:Y", &row.resource, Context::new());
        assert_eq!(allowed, row.matches, "{element} {:?} {} ({})", row.pattern, row.resource, row.page);
    }
}

#[test]
fn conditions() {
    for row in files().iter().flat_map(|(_, file)| &file.condition) {
        let condition = format!("{{\"{}\":{{\"{}\":{}}}}}", row.operator, row.key, json(&row.policy));
        let statement = format!("\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{condition}");
        let values = row.request.as_ref().map(|values| values.iter().map(String::as_str));
        let context = values.map_or_else(Context::new, |values| Context::new().with_all(&row.key, values));
        assert_eq!(
            allows(&statement, "x:Y", "*", context),
            row.met,
            "{condition} {:?} ({})",
            row.request,
            row.page
        );
    }
}

#[test]
fn there_are_many_and_each_names_its_page() {
    let files = files();
    let count =
        |file: &File| file.case.len() + file.action.len() + file.resource.len() + file.condition.len();
    let total: usize = files.iter().map(|(_, file)| count(file)).sum();
    assert!(total >= VECTORS_MIN, "{total}");
    let rows = files.iter().flat_map(|(_, file)| {
        let short = file.action.iter().map(|row| &row.page).chain(file.resource.iter().map(|row| &row.page));
        short.chain(file.condition.iter().map(|row| &row.page)).chain(file.case.iter().map(|case| &case.page))
    });
    assert!(rows.into_iter().all(|page| page.len() > 5));
    let names: Vec<&str> =
        files.iter().flat_map(|(_, file)| &file.case).map(|case| case.name.as_str()).collect();
    assert!(names.iter().all(|name| !name.is_empty()));
}
