//! Which groups look for the same? They share one scanner: building one takes tens of milliseconds and some megabytes.
//!
//! A scanner lives as long as a group uses it; what nobody uses is forgotten at the next look.

use super::defaults;
use crate::arrival_error::ProtectError;
use crate::policy::{CustomIdentifier, EffectivePolicy};
use sotto_detect::{Mode, Scanner, ScannerBuilder, Selection};
use sotto_public::IdentifierId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// What a scanner looks for: names of managed identifiers, names and patterns of custom ones.
type Wanted = (Rules, Vec<String>, BTreeMap<String, String>);

/// Whose rules hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rules {
    Policy,
    LastResort,
}

/// The scanners in use.
#[derive(Debug, Default)]
pub struct Scanners(Mutex<BTreeMap<Wanted, Weak<Scanner>>>);

impl Scanners {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The scanner of what policies look for, by AWS's rules.
    pub(crate) fn of_policies(&self, policies: &EffectivePolicy) -> Result<Arc<Scanner>, ProtectError> {
        let managed = policies.managed().into_iter().map(str::to_owned).collect();
        let customs = policies.customs();
        self.shared((Rules::Policy, managed, patterns(customs.iter().map(|(_, custom)| *custom))))
    }

    /// The scanner of the policy of last resort, by sotto's own rules.
    pub(crate) fn of_last_resort(&self) -> Result<Arc<Scanner>, ProtectError> {
        let managed = defaults::identifiers().into_iter().map(str::to_owned).collect();
        self.shared((Rules::LastResort, managed, BTreeMap::new()))
    }

    fn shared(&self, wanted: Wanted) -> Result<Arc<Scanner>, ProtectError> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(scanner) = known.get(&wanted).and_then(Weak::upgrade) {
            return Ok(scanner);
        }
        drop(known);
        // Built without the lock: other groups need not wait. Two that build the same at once are no harm.
        let scanner = Arc::new(build(&wanted)?);
        known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, scanner| scanner.strong_count() > 0);
        known.insert(wanted, Arc::downgrade(&scanner));
        Ok(scanner)
    }
}

/// Patterns by name. Two policies may define one name in two ways: then either pattern is looked for under it.
fn patterns<'a>(customs: impl Iterator<Item = &'a CustomIdentifier>) -> BTreeMap<String, String> {
    let mut patterns = BTreeMap::<String, String>::new();
    for custom in customs {
        let known = patterns.entry(custom.name().to_owned()).or_default();
        *known = match known.is_empty() {
            true => custom.regex().to_owned(),
            false => format!("(?:{known})|(?:{})", custom.regex()),
        };
    }
    patterns
}

fn build((mode, managed, customs): &Wanted) -> Result<Scanner, ProtectError> {
    let mode = match mode {
        Rules::Policy => Mode::AwsPolicy,
        Rules::LastResort => Mode::Own,
    };
    let builder = Scanner::builder().mode(mode);
    let builder = managed.iter().fold(builder, |builder, id| builder.select(Selection::Id(id.clone())));
    Ok(customs.iter().fold(builder, custom).build()?)
}

fn custom(builder: ScannerBuilder, (name, regex): (&String, &String)) -> ScannerBuilder {
    match IdentifierId::new(name) {
        Ok(id) => builder
            .custom(sotto_detect::CustomIdentifier::pattern(&id, regex))
            .select(Selection::Id(name.clone())),
        // Names of policies are names of identifiers: both take 1 to 128 of the same characters.
        Err(_) => builder,
    }
}
