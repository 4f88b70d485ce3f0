//! Which services are modelled? Those whose tables are built in; each is read when it is first asked for.
//!
//! A model is shared: requests hold it by reference count while they are decoded and answered.

use crate::capture::CaptureList;
use crate::model::Service;
use std::sync::{Arc, OnceLock};

macro_rules! services {
    ($($name:literal),* $(,)?) => {
        /// Names of the tables that are built in.
        pub const SERVED: &[&str] = &[$($name),*];

        /// The model of a table's name (`iam`, `lexv2-runtime`); `None` when it is not built in.
        pub fn service(table: &str) -> Option<Arc<Service>> {
            match table {
                $($name => {
                    static MODEL: OnceLock<Option<Arc<Service>>> = OnceLock::new();
                    let read = || read(
                        include_str!(concat!("../tables/", $name, ".txt")),
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
            include_str!(concat!("../tables/", $name, ".txt")),
            include_str!(concat!("../capture/", $name, ".txt")),
        )),*];
    };
}

services!(
    "cloudtrail",
    "cloudwatch",
    "comprehend",
    "iam",
    "kms",
    "lambda",
    "lexv2-models",
    "lexv2-runtime",
    "logs",
    "organizations",
    "s3",
    "sts",
);

/// A built-in table is read without fail: a test reads them all.
fn read(table: &str, capture: &str) -> Option<Arc<Service>> {
    Service::read(table, &CaptureList::parse(capture)).ok().map(Arc::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_read_and_every_text_is_listed() {
        for (name, table, capture) in SOURCES {
            let list = CaptureList::parse(capture);
            let service = Service::read(table, &list).unwrap_or_else(|error| panic!("{name}: {error}"));
            let gaps = list.gaps(&service);
            assert!(gaps.is_empty(), "{name}: neither public nor raw:\n{}", gaps.join("\n"));
            assert!(crate::service(name).is_some());
        }
        assert!(service("nosuchservice").is_none());
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
