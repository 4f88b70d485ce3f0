//! May these crates be here? Licences, banned crates, second versions and sources, as `deny.toml` states them.
//!
//! The same file serves cargo-deny where it is installed; building that tool takes longer than the whole test run, so the
//! lane asks `cargo metadata` and judges here. Keys that this reader does not understand are errors: a statement that
//! nobody checks is worse than none.

use crate::finding::Finding;
use crate::spdx;
use crate::workspace::{output, read_text};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const FILE: &str = "deny.toml";
/// The prefixes that Cargo gives to sources from its default registry.
const REGISTRY: [&str; 2] = ["registry+", "sparse+"];

/// `deny.toml`, as far as it is used here.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Rules {
    graph: Graph,
    licenses: Licences,
    bans: Bans,
    sources: Sources,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
struct Graph {
    targets: Vec<String>,
    all_features: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Licences {
    allow: Vec<String>,
    exceptions: Vec<Exception>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
struct Bans {
    multiple_versions: String,
    wildcards: String,
    allow_wildcard_paths: bool,
    deny: Vec<Named>,
    skip: Vec<Named>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    #[serde(rename = "crate")]
    name: String,
    #[serde(default)]
    reason: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
struct Sources {
    unknown_registry: String,
    unknown_git: String,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_root: std::path::PathBuf,
}

/// A crate that is built into something here.
#[derive(Clone, Debug, Default, Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    source: Option<String>,
    #[serde(default)]
    dependencies: Vec<Wanted>,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Wanted {
    name: String,
    req: String,
    path: Option<String>,
}

/// Judges every crate that the workspace is built from.
pub(crate) fn run() -> Result<Vec<Finding>> {
    let text = read_text(Path::new("."), FILE).context("run it at the root of the workspace")?;
    let rules: Rules =
        toml::from_str(&text).context("deny.toml holds a key that this check does not know")?;
    let metadata = metadata(&rules.graph)?;
    let mut found = judge(&metadata.packages, &rules);
    found.extend(licence_file(&metadata.workspace_root));
    found.sort();
    Ok(found)
}

fn metadata(graph: &Graph) -> Result<Metadata> {
    let mut arguments = vec!["metadata", "--format-version", "1"];
    arguments.extend(graph.all_features.then_some("--all-features"));
    for target in &graph.targets {
        arguments.extend(["--filter-platform", target]);
    }
    let text = output("cargo", &arguments, Path::new("."))?;
    serde_json::from_str(&text).context("cargo metadata speaks another dialect")
}

fn judge(packages: &[Package], rules: &Rules) -> Vec<Finding> {
    let mut found: Vec<Finding> =
        packages.iter().filter_map(|package| licence(package, &rules.licenses)).collect();
    found.extend(packages.iter().filter_map(|package| banned(package, &rules.bans)));
    found.extend(packages.iter().filter_map(|package| source(package, &rules.sources)));
    found.extend(packages.iter().flat_map(|package| wildcards(package, &rules.bans)));
    found.extend(second_versions(packages, &rules.bans));
    found
}

fn finding(message: String, fix: &str) -> Finding {
    Finding::new("licences", FILE, 0, message).fix(fix)
}

fn licence(package: &Package, rules: &Licences) -> Option<Finding> {
    let own = rules.exceptions.iter().filter(|exception| exception.name == package.name);
    let own: Vec<&String> = own.flat_map(|exception| &exception.allow).collect();
    let allowed = |licence: &str| rules.allow.iter().chain(own.iter().copied()).any(|allow| allow == licence);
    let stated = package.license.as_deref().unwrap_or_default();
    let problem = match spdx::holds(stated, &allowed) {
        Some(true) => return None,
        Some(false) => format!("has the licence {stated}, which is not allowed"),
        None if stated.is_empty() => "states no licence".to_owned(),
        None => format!("states `{stated}`, which is no licence expression"),
    };
    let message = format!("{} {} {problem}", package.name, package.version);
    Some(finding(message, "use another crate, or decide an exception with its reason"))
}

fn banned(package: &Package, rules: &Bans) -> Option<Finding> {
    let ban = rules.deny.iter().find(|ban| ban.is(package))?;
    let message = format!("{} {} is banned: {}", package.name, package.version, ban.reason);
    Some(finding(message, "turn off the feature that brings it, or use another crate"))
}

fn source(package: &Package, rules: &Sources) -> Option<Finding> {
    let source = package.source.as_deref()?;
    let known = REGISTRY.iter().any(|prefix| source.starts_with(prefix));
    let git = source.starts_with("git+");
    let refused = if git { &rules.unknown_git } else { &rules.unknown_registry };
    (!known && refused == "deny").then(|| {
        let message =
            format!("{} {} comes from another place than the registry", package.name, package.version);
        finding(message, "use a published version")
    })
}

fn wildcards(package: &Package, rules: &Bans) -> Vec<Finding> {
    let ours = package.source.is_none() && rules.wildcards == "deny";
    let free = |wanted: &&Wanted| wanted.req == "*" && !(wanted.path.is_some() && rules.allow_wildcard_paths);
    let wanted = package.dependencies.iter().filter(|_| ours).filter(free);
    wanted
        .map(|wanted| {
            finding(format!("{} takes any version of {}", package.name, wanted.name), "name a version")
        })
        .collect()
}

fn second_versions(packages: &[Package], rules: &Bans) -> Vec<Finding> {
    if rules.multiple_versions != "deny" {
        return Vec::new();
    }
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in packages.iter().filter(|package| !rules.skip.iter().any(|skip| skip.is(package))) {
        versions.entry(&package.name).or_default().insert(&package.version);
    }
    let second = versions.into_iter().filter(|(_, versions)| versions.len() > 1);
    second
        .map(|(name, versions)| {
            let list: Vec<&str> = versions.into_iter().collect();
            let message = format!("{name} is here in {} versions: {}", list.len(), list.join(", "));
            finding(message, "bring them together (`cargo tree -d` says who asks), or skip one with a reason")
        })
        .collect()
}

impl Named {
    /// Whether the entry names this crate: by name alone, or by the first parts of its version (`syn@2`, `rand@0.8`).
    fn is(&self, package: &Package) -> bool {
        let Some((name, version)) = self.name.split_once('@') else {
            return self.name == package.name;
        };
        let version = version.trim_start_matches('=');
        let rest = package.version.strip_prefix(version);
        name == package.name && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '+', '-']))
    }
}

/// The licence's own text must be there.
fn licence_file(root: &Path) -> Option<Finding> {
    let text = read_text(root, "LICENSE").unwrap_or_default();
    let whole =
        text.contains("Apache License") && text.contains("Version 2.0") && text.contains("END OF TERMS");
    (!whole).then(|| {
        Finding::new("licences", "LICENSE", 0, "the text of Apache-2.0 is not there").fix("put it back")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = r#"
        [licenses]
        allow = ["MIT", "Apache-2.0"]
        exceptions = [{ crate = "odd", allow = ["MPL-2.0"] }]
        [bans]
        multiple-versions = "deny"
        wildcards = "deny"
        allow-wildcard-paths = true
        deny = [{ crate = "openssl", reason = "one library" }]
        skip = [{ crate = "syn@2", reason = "moving" }]
        [sources]
        unknown-registry = "deny"
        unknown-git = "deny"
    "#;

    fn package(name: &str, version: &str, license: &str) -> Package {
        Package {
            name: name.into(),
            version: version.into(),
            license: (!license.is_empty()).then(|| license.to_owned()),
            source: Some("registry+somewhere".into()),
            dependencies: Vec::new(),
        }
    }

    fn messages(packages: &[Package]) -> Vec<String> {
        let rules: Rules = toml::from_str(RULES).unwrap();
        judge(packages, &rules).into_iter().map(|found| found.message).collect()
    }

    #[test]
    fn allowed_licences_pass() {
        let all = [
            package("a", "1.0.0", "MIT"),
            package("odd", "1.0.0", "MPL-2.0"),
            package("b", "1.0.0", "X OR MIT"),
        ];
        assert!(messages(&all).is_empty());
    }

    #[test]
    fn every_breach_is_found() {
        let cases = [
            (package("a", "1.0.0", "MPL-2.0"), "a 1.0.0 has the licence MPL-2.0, which is not allowed"),
            (package("a", "1.0.0", ""), "a 1.0.0 states no licence"),
            (package("a", "1.0.0", "MIT OR"), "a 1.0.0 states `MIT OR`, which is no licence expression"),
            (package("openssl", "0.1.0", "MIT"), "openssl 0.1.0 is banned: one library"),
            (
                Package { source: Some("git+x".into()), ..package("a", "1.0.0", "MIT") },
                "a 1.0.0 comes from another place than the registry",
            ),
        ];
        for (package, message) in cases {
            assert_eq!(messages(&[package]), [message]);
        }
    }

    #[test]
    fn second_versions_are_found_unless_skipped() {
        let two = |name: &str| [package(name, "1.2.0", "MIT"), package(name, "2.0.1", "MIT")];
        assert_eq!(messages(&two("a")), ["a is here in 2 versions: 1.2.0, 2.0.1"]);
        assert!(messages(&two("syn")).is_empty());
        assert_eq!(messages(&[package("syn", "1.0.0", "MIT"), package("syn", "20.0.0", "MIT")]).len(), 1);
    }

    #[test]
    fn wildcards_are_found_in_ours() {
        let wanted = |req: &str, path: Option<&str>| Wanted {
            name: "x".into(),
            req: req.into(),
            path: path.map(str::to_owned),
        };
        let ours = |wanted: Wanted| Package {
            source: None,
            dependencies: vec![wanted],
            ..package("a", "1.0.0", "MIT")
        };
        assert_eq!(messages(&[ours(wanted("*", None))]), ["a takes any version of x"]);
        assert!(messages(&[ours(wanted("*", Some("here"))), ours(wanted("^1", None))]).is_empty());
    }

    #[test]
    fn unknown_keys_are_refused() {
        assert!(toml::from_str::<Rules>("[bans]\nskip-tree = []\n").is_err());
        assert!(toml::from_str::<Rules>("[advisories]\n").is_err());
    }
}
