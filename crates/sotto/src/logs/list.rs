//! `sotto logs list`: which groups are there, and is there one that nothing protects?

use crate::args::GroupsArgs;
use crate::fault::Verdict;
use crate::remote::{Remote, own};
use crate::table::Rows;
use anyhow::Result;
use sotto_wire::Output;

/// Most pages of groups.
const PAGES_MAX: usize = 20_000;

pub(super) fn run(args: &GroupsArgs) -> Result<Verdict> {
    let remote = Remote::new(&args.remote)?;
    let mut rows = Rows::new(&["group", "policy", "account policy", "retention", "stored bytes", "key"]);
    let mut next: Option<String> = None;
    for _ in 0..PAGES_MAX {
        let answer = remote.insist("logs", "DescribeLogGroups", || {
            let mut input = Output::new();
            if let Some(prefix) = &args.prefix {
                input.set("logGroupNamePrefix", own(prefix));
            }
            if let Some(token) = &next {
                input.set("nextToken", own(token));
            }
            input
        })?;
        rows.rows.extend(answer.list("logGroups").map(|group| {
            let word = |name| group.public(name).map_or("", |text| text.get().as_str()).to_owned();
            let inherited =
                group.publics("inheritedProperties").any(|one| one.get() == "ACCOUNT_DATA_PROTECTION");
            let days =
                group.integer("retentionInDays").map_or("never ends".to_owned(), |days| format!("{days} d"));
            let status = word("dataProtectionStatus");
            vec![
                word("logGroupName"),
                if status.is_empty() { "none".to_owned() } else { status },
                if inherited { "yes" } else { "no" }.to_owned(),
                days,
                group.integer("storedBytes").unwrap_or_default().to_string(),
                word("kmsKeyId"),
            ]
        }));
        next = answer.public("nextToken").map(|token| token.get().clone());
        if next.is_none() {
            break;
        }
    }
    rows.write(args.format)?;
    Ok(Verdict::Fine)
}
