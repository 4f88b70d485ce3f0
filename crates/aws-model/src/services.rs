//! Which services are modelled? Those whose tables are built in; each is read when it is first asked for.
//!
//! A model is shared: requests hold it by reference count while they are decoded and answered. Operations that AWS does not
//! have stand in tables of our own under `own/`, written by hand; so do members of ours on AWS's operations, which whoever
//! does not ask for them never sees.

use crate::capture::CaptureList;
use crate::model::Service;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

macro_rules! services {
    ($($name:literal in $folder:literal),* $(,)?) => {
        /// Names of the tables that are built in.
        pub const SERVED: &[&str] = &[$($name),*];

        /// The model of a table's name (`iam`, `lexv2-runtime`); `None` when it is not built in.
        pub fn service(table: &str) -> Option<Arc<Service>> {
            match table {
                $($name => {
                    static MODEL: OnceLock<Option<Arc<Service>>> = OnceLock::new();
                    let read = || read(
                        $name,
                        include_str!(concat!("../", $folder, "/", $name, ".txt")),
                        include_str!(concat!("../capture/", $name, ".txt")),
                    );
                    MODEL.get_or_init(read).clone()
                })*
                _ => None,
            }
        }

        #[cfg(test)]
        const SOURCES: &[(&str, &str, &str)] = &[$((
            $name,
            include_str!(concat!("../", $folder, "/", $name, ".txt")),
            include_str!(concat!("../capture/", $name, ".txt")),
        )),*];
    };
}

services!(
    "cloudtrail" in "tables",
    "cloudwatch" in "tables",
    "comprehend" in "tables",
    "iam" in "tables",
    "kms" in "tables",
    "lambda" in "tables",
    "lexv2-models" in "tables",
    "lexv2-runtime" in "tables",
    "logs" in "tables",
    "organizations" in "tables",
    "s3" in "tables",
    "sotto" in "own",
    "sts" in "tables",
);

/// A built-in table is read without fail: a test reads them all.
fn read(name: &str, table: &str, capture: &str) -> Option<Arc<Service>> {
    Service::read(&extended(name, table), &CaptureList::parse(capture)).ok().map(Arc::new)
}

/// Members of ours on AWS's operations: `+ SHAPE` and the members that it has besides, then shapes of ours.
const EXTENSIONS: &[(&str, &str)] = &[("logs", include_str!("../own/logs.txt"))];

/// The table with what is ours in it.
fn extended<'t>(name: &str, table: &'t str) -> Cow<'t, str> {
    let Some((_, ours)) = EXTENSIONS.iter().find(|(of, _)| *of == name) else { return Cow::Borrowed(table) };
    let (mut members, mut shapes, mut on) = (HashMap::<&str, Vec<&str>>::new(), Vec::new(), None);
    for line in ours.lines() {
        match (line.strip_prefix("+ "), on) {
            (Some(shape), _) => on = Some(shape),
            (None, Some(shape)) if line.starts_with("m ") => members.entry(shape).or_default().push(line),
            _ => (on, _) = (None, shapes.push(line)),
        }
    }
    let mut lines = Vec::new();
    for line in table.lines() {
        lines.push(line);
        let shape = line.strip_prefix("s ").and_then(|rest| rest.split(' ').next());
        lines.extend(shape.and_then(|shape| members.remove(shape)).into_iter().flatten());
    }
    lines.extend(shapes);
    Cow::Owned(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;

    #[test]
    fn every_table_is_read_and_every_text_is_listed() {
        for (name, table, capture) in SOURCES {
            let list = CaptureList::parse(capture);
            let table = extended(name, table);
            let service = Service::read(&table, &list).unwrap_or_else(|error| panic!("{name}: {error}"));
            let gaps = list.gaps(&service);
            assert!(gaps.is_empty(), "{name}: neither public nor raw:\n{}", gaps.join("\n"));
            assert!(crate::service(name).is_some());
        }
        assert!(service("nosuchservice").is_none());
    }

    #[test]
    fn members_of_ours_stand_on_the_shapes_of_others() {
        let logs = service("logs").unwrap();
        for (_, ours) in EXTENSIONS {
            for shape in ours.lines().filter_map(|line| line.strip_prefix("+ ")) {
                let found = logs.shapes.iter().find(|found| &*found.name == shape);
                let Kind::Structure(structure) = &found.unwrap().kind else { panic!("{shape}") };
                assert!(structure.member("masked").is_some(), "{shape}");
            }
        }
    }

    #[test]
    fn names_resolve() {
        let iam = service("iam").unwrap();
        let create = iam.operation(iam.operation_id("CreateUser").unwrap()).unwrap();
        let input = iam.structure(create.input.unwrap()).unwrap();
        let (_, user_name) = input.member("UserName").unwrap();
        assert!(user_name.required);
        assert_eq!(&*iam.shape(user_name.shape).unwrap().name, "userNameType");
        assert_eq!(&*iam.error("NoSuchEntity").unwrap().name, "NoSuchEntityException");
        assert!(iam.operation_id("NoSuchOperation").is_none());
    }
}
