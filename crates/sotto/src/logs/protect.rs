//! `sotto logs protect`: which policy document protects these kinds of data?
//!
//! The document is AWS's own (PutDataProtectionPolicy): an audit statement and a statement that masks, both with the same managed
//! identifiers. It is checked here before it is sent, so that what is wrong is said in one's own words.

use super::retroactive;
use crate::args::ProtectArgs;
use crate::fault::{Fault, Verdict};
use crate::look;
use crate::out;
use crate::private;
use crate::remote::{Remote, own};
use anyhow::Result;
use serde_json::{Value, json};
use sotto_detect::{IdentifierFile, Selection, catalog};
use sotto_protect::policy::DataProtectionPolicy;
use sotto_wire::Output;
use std::collections::BTreeSet;
use std::io::Write;

pub(super) fn run(args: &ProtectArgs) -> Result<Verdict> {
    if args.remove {
        let group = Output::new().with("logGroupIdentifier", own(&args.group));
        Remote::new(&args.remote)?.ask("logs", "DeleteDataProtectionPolicy", group)?;
        out::say(&format!("{}: no policy of its own any more", args.group));
        return Ok(Verdict::Fine);
    }
    if args.retroactive && args.identifiers.is_empty() && args.policy.is_none() {
        return retroactive::begin(args, None);
    }
    let (document, says) = chosen(args)?;
    DataProtectionPolicy::parse(&document, &look::managed_ids())
        .map_err(|error| Fault::usage(error.to_string()))?;
    if args.retroactive && args.dry_run {
        return retroactive::begin(args, Some(&document));
    }
    if args.dry_run {
        let mut out = out::plain();
        writeln!(out, "{document}").and_then(|()| out.flush()).map_err(|error| Fault::output(&error))?;
        return Ok(Verdict::Fine);
    }
    Remote::new(&args.remote)?.insist("logs", "PutDataProtectionPolicy", || {
        Output::new().with("logGroupIdentifier", own(&args.group)).with("policyDocument", own(&document))
    })?;
    out::say(&format!("{}: {says} from now on", args.group));
    if args.retroactive { retroactive::begin(args, None) } else { Ok(Verdict::Fine) }
}

/// The document that the options mean, and what it does in a word.
fn chosen(args: &ProtectArgs) -> Result<(String, String)> {
    let Some(path) = &args.policy else {
        let ids = managed(&args.identifiers)?;
        let document = document(&args.name, &ids, args.findings_to.as_deref());
        return Ok((document, format!("{} identifiers are masked", ids.len())));
    };
    let bytes = private::read(path).map_err(|error| Fault::file(path, &error))?;
    let text = String::from_utf8(bytes);
    let text = text.map_err(|_| Fault::usage(format!("`{}` is not UTF-8", path.display())))?;
    Ok((text, format!("the policy of `{}` holds", path.display())))
}

/// The managed identifiers that the words mean, in order.
fn managed(words: &[String]) -> Result<BTreeSet<&'static str>> {
    let all = || catalog::all().iter().filter(|file| file.aws);
    if words.is_empty() {
        return Ok(all().map(|file| file.id.as_str()).collect());
    }
    let mut ids = BTreeSet::new();
    for word in words {
        let selection = look::selection(word.trim())?;
        if let Selection::Id(name) = &selection {
            known(name)?;
        }
        ids.extend(all().filter(|file| meant(&selection, file)).map(|file| file.id.as_str()));
    }
    Ok(ids)
}

fn meant(selection: &Selection, file: &IdentifierFile) -> bool {
    match selection {
        Selection::All => true,
        Selection::Structured => !matches!(file.id.as_str(), "Name" | "Address"),
        Selection::Category(category) => file.category == *category,
        Selection::Id(name) => file.id.eq_ignore_ascii_case(name),
    }
}

/// A name that CloudWatch Logs does not know cannot stand in its policies.
fn known(name: &str) -> Result<()> {
    match catalog::get(name) {
        Some(file) if file.aws => Ok(()),
        Some(_) => Err(Fault::usage(format!(
            "`{name}` is sotto's own and no managed identifier of CloudWatch Logs: a policy document cannot name it"
        ))),
        None => {
            let similar = catalog::similar(name).map(|name| format!("; did you mean `{name}`?"));
            Err(Fault::usage(format!("there is no identifier `{name}`{}", similar.unwrap_or_default())))
        }
    }
}

/// The document that masks these managed identifiers.
pub(crate) fn document_of(name: &str, ids: &[&str]) -> String {
    document(name, &ids.iter().copied().collect(), None)
}

fn document(name: &str, ids: &BTreeSet<&str>, findings_to: Option<&str>) -> String {
    let identifiers: Vec<_> =
        ids.iter().map(|id| format!("arn:aws:dataprotection::aws:data-identifier/{id}")).collect();
    let destination = match findings_to {
        Some(group) => json!({"CloudWatchLogs": {"LogGroup": group}}),
        None => json!({}),
    };
    let document: Value = json!({
        "Name": name,
        "Version": sotto_protect::policy::VERSION,
        "Statement": [
            {"Sid": "audit", "DataIdentifier": identifiers, "Operation": {"Audit": {"FindingsDestination": destination}}},
            {"Sid": "mask", "DataIdentifier": identifiers, "Operation": {"Deidentify": {"MaskConfig": {}}}},
        ],
    });
    document.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(words: &[&str]) -> Option<usize> {
        managed(&words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>()).ok().map(|ids| ids.len())
    }

    #[test]
    fn words_are_managed_identifiers_and_documents_are_valid() {
        assert_eq!(count(&[]), Some(99));
        assert_eq!(count(&["all"]), Some(99));
        assert_eq!(count(&["creditcardnumber", "CreditCardNumber"]), Some(1));
        assert_eq!(count(&["DateOfBirth"]), None);
        assert_eq!(count(&["CreditCardNumbr"]), None);
        assert_eq!(count(&["category:nothing"]), None);
        let by_category = ["credentials", "device", "financial", "phi", "pii"];
        let sum: usize = by_category.iter().filter_map(|name| count(&[&format!("category:{name}")])).sum();
        assert_eq!(sum, 99);
        for ids in [managed(&[]).unwrap(), ["Ssn-US"].into()] {
            for findings_to in [None, Some("/findings")] {
                assert!(
                    DataProtectionPolicy::parse(&document("p", &ids, findings_to), &look::managed_ids())
                        .is_ok()
                );
            }
        }
    }
}
