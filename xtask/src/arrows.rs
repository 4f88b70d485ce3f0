//! Which room may know which? Only those of the table below, in normal dependencies.
//!
//! The table holds rooms that are not built yet too: it is the plan, and a new room finds its line here. A missing arrow is
//! what makes "raw text never crosses this line" a matter of compiling. Development dependencies do not count: a test may
//! look at both ends.

use crate::finding::Finding;
use crate::workspace::{Dependency, Member};

/// A room and the rooms it may know.
pub(crate) struct Arrows {
    /// The folder's name under `crates/`.
    pub(crate) room: &'static str,
    /// Rooms it may depend on.
    pub(crate) knows: &'static [&'static str],
}

const fn arrows(room: &'static str, knows: &'static [&'static str]) -> Arrows {
    Arrows { room, knows }
}

/// The allowed arrows. `xtask` is not counted; nothing may depend on it.
pub(crate) const TABLE: &[Arrows] = &[
    arrows("derive", &[]),
    arrows("aws-model", &[]),
    arrows("public", &["derive"]),
    arrows("sensitive", &["public"]),
    arrows("arn", &["public"]),
    arrows("storage", &["public"]),
    arrows("iam", &["arn", "aws-model", "public", "sensitive"]),
    arrows("trail", &["arn", "public"]),
    arrows("detect", &["public", "sensitive"]),
    arrows("kms", &["arn", "iam", "public", "sensitive"]),
    arrows("message", &["kms", "public", "sensitive"]),
    arrows("directory", &["arn", "iam", "public", "sensitive", "kms"]),
    arrows("protect", &["arn", "iam", "public", "sensitive", "detect", "kms"]),
    arrows("segment", &["public", "sensitive", "protect"]),
    arrows("query", &["arn", "public", "protect"]),
    arrows("logs", &["arn", "public", "protect", "query", "segment", "storage"]),
    arrows("egress", &["arn", "iam", "public", "sensitive", "kms", "protect"]),
    arrows("wire", &["arn", "aws-model", "public", "sensitive", "egress"]),
    arrows("deliver", &["arn", "public", "protect", "egress", "wire", "storage"]),
    arrows("functions", &["arn", "public", "sensitive", "egress"]),
    arrows("conversation", &["arn", "public", "sensitive", "detect", "kms", "protect"]),
    arrows("posture", &["arn", "iam", "public", "sensitive", "detect", "protect", "conversation"]),
    arrows("insights", &["query", "segment", "public", "sensitive"]),
    arrows("hsm", &["kms", "public", "sensitive"]),
    arrows("speech", &["public", "sensitive"]),
    arrows("api", API),
    arrows("sotto", SOTTO),
];

const API: &[&str] = &[
    "derive",
    "aws-model",
    "public",
    "sensitive",
    "arn",
    "storage",
    "iam",
    "trail",
    "detect",
    "kms",
    "directory",
    "protect",
    "segment",
    "query",
    "logs",
    "egress",
    "wire",
    "deliver",
    "functions",
    "conversation",
    "posture",
    "message",
];

const SOTTO: &[&str] = &[
    "derive",
    "aws-model",
    "public",
    "sensitive",
    "arn",
    "storage",
    "iam",
    "trail",
    "detect",
    "kms",
    "directory",
    "protect",
    "segment",
    "query",
    "logs",
    "egress",
    "wire",
    "deliver",
    "functions",
    "conversation",
    "posture",
    "message",
    "hsm",
    "speech",
    "api",
];

/// Arrows that are not in the table, and rooms that have no line in it.
pub(crate) fn check(members: &[Member]) -> Vec<Finding> {
    members
        .iter()
        .filter(|member| member.room() != "xtask")
        .flat_map(|member| check_room(member, members))
        .collect()
}

fn check_room(member: &Member, members: &[Member]) -> Vec<Finding> {
    let Some(row) = TABLE.iter().find(|row| row.room == member.room()) else {
        let message = format!("the room `{}` has no line in the table of arrows", member.room());
        return vec![finding(member, message, "add a line to xtask/src/arrows.rs and to ARCHITECTURE.md")];
    };
    let targets =
        member.dependencies.iter().filter(|dep| dep.kind.is_none()).filter_map(|dep| room_of(dep, members));
    targets.filter(|target| !row.knows.contains(target)).map(|target| forbidden(member, target)).collect()
}

fn forbidden(member: &Member, target: &str) -> Finding {
    let message = format!("`{}` must not know `{target}`", member.room());
    finding(
        member,
        message,
        "turn the dependency round, pass a value instead, or change the table with a reason",
    )
}

fn finding(member: &Member, message: String, fix: &str) -> Finding {
    Finding::new("arrows", &member.manifest_path, 0, message).fix(fix)
}

/// The room that a dependency leads to, when it is one of ours.
fn room_of<'a>(dependency: &Dependency, members: &'a [Member]) -> Option<&'a str> {
    dependency.path.as_ref()?;
    members.iter().find(|member| member.name == dependency.name).map(Member::room)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(room: &str, knows: &[(&str, Option<&str>)]) -> Member {
        let dependencies = knows.iter().map(|(target, kind)| Dependency {
            name: format!("sotto-{target}"),
            kind: kind.map(str::to_owned),
            rename: None,
            path: Some("somewhere".into()),
        });
        Member {
            name: format!("sotto-{room}"),
            manifest_path: format!("crates/{room}/Cargo.toml"),
            dependencies: dependencies.collect(),
            targets: Vec::new(),
        }
    }

    fn messages(members: &[Member]) -> Vec<String> {
        check(members).into_iter().map(|found| found.message).collect()
    }

    #[test]
    fn only_listed_arrows_pass() {
        let rooms = [
            member("public", &[]),
            member("sensitive", &[("public", None)]),
            member("detect", &[("public", None), ("sensitive", None), ("protect", Some("dev"))]),
            member("protect", &[("detect", None)]),
            member("trail", &[("public", None), ("sensitive", None)]),
            member("query", &[("detect", None), ("xtask", None)]),
            member("xtask", &[("sensitive", None)]),
        ];
        let wrong = [
            "`trail` must not know `sensitive`",
            "`query` must not know `detect`",
            "`query` must not know `xtask`",
        ];
        assert_eq!(messages(&rooms), wrong);
    }

    #[test]
    fn an_unknown_room_needs_a_line() {
        let found = messages(&[member("attic", &[])]);
        assert_eq!(found, ["the room `attic` has no line in the table of arrows"]);
    }

    #[test]
    fn the_table_has_no_circle_and_no_unknown_room() {
        for (index, row) in TABLE.iter().enumerate() {
            assert!(!TABLE[..index].iter().any(|other| other.room == row.room), "{} stands twice", row.room);
            for known in row.knows {
                assert!(TABLE.iter().any(|other| other.room == *known), "{known} is not a room");
                assert!(!reaches(known, row.room, 0), "{} and {known} know each other", row.room);
            }
        }
    }

    fn reaches(from: &str, to: &str, depth: usize) -> bool {
        let row = TABLE.iter().find(|row| row.room == from).unwrap();
        depth < TABLE.len() && row.knows.iter().any(|known| *known == to || reaches(known, to, depth + 1))
    }

    #[test]
    fn what_must_never_know_raw_text_does_not() {
        for room in ["logs", "query", "trail", "storage", "deliver"] {
            let row = TABLE.iter().find(|row| row.room == room).unwrap();
            assert!(!row.knows.contains(&"sensitive"), "{room}");
        }
    }
}
