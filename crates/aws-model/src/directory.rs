//! Which services does AWS have? By signing name and by target prefix, so that an unserved one can be named.
//!
//! An operation of a service that is not modelled is still authenticated and authorised before it is answered as not
//! implemented; for that its action must be known. JSON and CBOR name it in a header or the path, Query in the body; the
//! path of a REST service that is not modelled says nothing, and then there is no action.

use crate::model::Protocol;
use std::collections::HashMap;
use std::sync::OnceLock;

/// A service by its names.
#[derive(Debug, PartialEq, Eq)]
pub struct Known {
    /// Table that models it, when one is built in; else botocore's name of it.
    pub table: &'static str,
    /// The service in the scope of a signature.
    pub signing_name: &'static str,
    /// The prefix of its actions.
    pub prefix: &'static str,
    /// Its target prefix, where it has one.
    pub target_prefix: Option<&'static str>,
    /// The protocols it speaks.
    pub protocols: Protocols,
    /// Version of the interface.
    pub api_version: &'static str,
}

/// A set of protocols.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Protocols(Vec<Protocol>);

impl Protocols {
    /// The preferred one.
    pub fn first(&self) -> Option<Protocol> {
        self.0.first().copied()
    }

    /// Whether one is among them.
    pub fn holds(&self, protocol: Protocol) -> bool {
        self.0.contains(&protocol)
    }
}

struct Directory {
    all: Vec<Known>,
    by_signing_name: HashMap<&'static str, Vec<usize>>,
    by_target_prefix: HashMap<&'static str, usize>,
}

/// All services.
pub fn known() -> &'static [Known] {
    &directory().all
}

/// The services that sign with a name: Lex has two.
pub fn by_signing_name(name: &str) -> impl Iterator<Item = &'static Known> {
    let indexes = directory().by_signing_name.get(name).map(Vec::as_slice).unwrap_or_default();
    indexes.iter().filter_map(|index| directory().all.get(*index))
}

/// The service of a target prefix.
pub fn by_target_prefix(prefix: &str) -> Option<&'static Known> {
    directory().all.get(*directory().by_target_prefix.get(prefix)?)
}

fn directory() -> &'static Directory {
    static DIRECTORY: OnceLock<Directory> = OnceLock::new();
    DIRECTORY.get_or_init(|| {
        let texts = [include_str!("../tables/services.txt"), include_str!("../own/services.txt")];
        let all: Vec<Known> = texts.iter().flat_map(|text| text.lines()).filter_map(entry).collect();
        let mut by_signing_name: HashMap<_, Vec<usize>> = HashMap::new();
        let mut by_target_prefix = HashMap::new();
        for (index, known) in all.iter().enumerate() {
            by_signing_name.entry(known.signing_name).or_default().push(index);
            if let Some(target) = known.target_prefix {
                by_target_prefix.entry(target).or_insert(index);
            }
        }
        Directory { all, by_signing_name, by_target_prefix }
    })
}

/// A line `TABLE SIGNING PREFIX VERSION PROTOCOLS [TARGET]`.
fn entry(line: &'static str) -> Option<Known> {
    let mut words = line.split(' ');
    let mut word = || words.next();
    let (table, signing_name, prefix, api_version) = (word()?, word()?, word()?, word()?);
    let protocols = Protocols(word()?.split(',').filter_map(Protocol::parse).collect());
    Some(Known { table, signing_name, prefix, target_prefix: word(), protocols, api_version })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_known_by_their_names() {
        assert!(known().len() > 380, "{}", known().len());
        let prefixes = |name: &str| by_signing_name(name).map(|known| known.prefix).collect::<Vec<_>>();
        assert_eq!(prefixes("monitoring"), ["cloudwatch"]);
        assert!(prefixes("lex").iter().all(|prefix| *prefix == "lex"));
        assert!(prefixes("nosuchservice").is_empty());
        assert_eq!(by_target_prefix("DynamoDB_20120810").unwrap().prefix, "dynamodb");
        assert!(by_signing_name("ec2").all(|known| known.protocols.first() == Some(Protocol::Ec2)));
        for table in crate::SERVED {
            assert!(known().iter().any(|known| known.table == *table), "{table}");
        }
    }
}
