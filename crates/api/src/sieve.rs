//! What is in the texts of a call? Which kinds of sensitive data captured members hold, and which names must be masked.
//!
//! Captured texts are looked at for every kind. Names are looked at for structured kinds (numbers, addresses, keys): that a user
//! is called like a person is what user names are for. Ids, account numbers, keys' ids and policy documents are not looked at,
//! and of an ARN only what follows the first slash of its resource: a mask that hides who did what helps nobody.
//!
//! A name is masked wherever it stands in a record, not only where it is given: a trail that hides it at its creation and shows
//! it at its first use has hidden nothing. Building the rules takes tens of milliseconds, so a thread of its own does it while
//! the server starts; the first calls wait for it.

use crate::call::internal;
use crate::record::configured;
use sotto_detect::{BuildError, Detection, Part, RuleInfo, Scanner, Selection};
use sotto_protect::{Certain, Find, Masker, mask_text};
use sotto_public::{IdentifierId, Public};
use sotto_sensitive::{RawBytes, RawText};
use sotto_trail::{Record, Value};
use sotto_wire::{Document, Fault};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::SetOnce;

/// Kinds that are no structure, and no reason to mask a name.
const UNSTRUCTURED: [&str; 2] = ["Name", "Address"];
/// Services whose ARNs hold names; those of others hold ids.
const NAMING: [&str; 2] = ["iam", "sts"];

/// What happens when a caller gives something a name that holds something sensitive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Names {
    /// It is accepted, masked in trail, logs and metrics, and reported.
    #[default]
    Accept,
    /// It is refused.
    Refuse,
}

/// The rules, once they are built, and what was found with them.
pub(crate) struct Examiner {
    sieve: Arc<SetOnce<Result<Sieve, BuildError>>>,
    counts: Mutex<BTreeMap<IdentifierId, u64>>,
    pub(crate) names: Names,
}

impl Examiner {
    /// Begins to build the rules; call it inside of a runtime.
    pub(crate) fn start(names: Names) -> Self {
        let sieve = Arc::new(SetOnce::new());
        let built = Arc::clone(&sieve);
        // Nobody else sets it, and the thread ends by itself.
        drop(tokio::task::spawn_blocking(move || built.set(Sieve::build()).is_ok()));
        Self { sieve, counts: Mutex::default(), names }
    }

    /// The rules, as soon as they are there.
    pub(crate) async fn sieve(&self) -> Result<&Sieve, Fault> {
        self.sieve.wait().await.as_ref().map_err(|_| internal())
    }

    /// The rules, where they are there already.
    pub(crate) fn sieve_now(&self) -> Option<&Sieve> {
        self.sieve.get().and_then(|built| built.as_ref().ok())
    }

    /// Counts findings in names.
    pub(crate) fn count(&self, found: &[IdentifierId]) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for identifier in found {
            *counts.entry(identifier.clone()).or_default() += 1;
        }
    }

    /// What was found in names since the start.
    pub(crate) fn counts(&self) -> BTreeMap<IdentifierId, u64> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A text without what must not be seen.
pub(crate) struct Sifted {
    pub(crate) text: Public<String>,
    pub(crate) found: Vec<IdentifierId>,
}

/// The rules.
pub(crate) struct Sieve(Scanner);

impl Sieve {
    pub(crate) fn build() -> Result<Self, BuildError> {
        let people = Selection::Id("Name".to_owned());
        Scanner::builder().select(Selection::Structured).select(people).build().map(Self)
    }

    /// Captured text: its length and the kinds of what it holds.
    pub(crate) fn hidden(&self, raw: &RawText) -> Value {
        self.counted(raw.length(), self.0.scan(raw))
    }

    /// Captured bytes, likewise.
    pub(crate) fn hidden_bytes(&self, raw: &RawBytes) -> Value {
        self.counted(raw.length(), self.0.scan_bytes(raw))
    }

    /// A captured tree: the number of its leaves and what they hold.
    pub(crate) fn hidden_tree(&self, tree: &Document) -> Value {
        let mut found = Vec::new();
        self.search(tree, &mut found);
        self.counted(tree.leaves(), found)
    }

    fn search(&self, tree: &Document, found: &mut Vec<Detection>) {
        match tree {
            Document::Number(raw) | Document::Text(raw) => found.extend(self.0.scan(raw)),
            Document::List(items) => items.iter().for_each(|item| self.search(item, found)),
            Document::Map(members) => members.iter().for_each(|(_, value)| self.search(value, found)),
            Document::Null | Document::Flag(_) => {}
        }
    }

    fn counted(&self, length: usize, found: Vec<Detection>) -> Value {
        let rules = found.iter().map(|detection| self.0.identifier(detection.rule));
        Value::Hidden { bytes: length as u64, identifiers: sorted(rules) }
    }

    /// A name or an ARN that holds something sensitive, masked; `None` where it may be seen as it is.
    pub(crate) fn sift(&self, text: &Public<String>) -> Option<Sifted> {
        let (kept, name) = name_in(text.get())?;
        let masked = mask_text(&Structured(&self.0), &RawText::new(name.to_owned()), &Masker::default());
        if masked.detections.is_empty() {
            return None;
        }
        let found = sorted(masked.counts.identifiers().map(|(identifier, _)| identifier));
        Some(Sifted { text: configured(&format_args!("{kept}{}", masked.text)), found })
    }

    /// Text that somebody wrote for the record, with what it holds masked: people's names, too.
    pub(crate) fn masked(&self, raw: &RawText) -> Public<String> {
        configured(&mask_text(&self.0, raw, &Masker::default()).text)
    }

    /// A policy document, with what its words hold masked; `None` where it may be seen as it is. The accounts of its ARNs stay.
    pub(crate) fn sift_document(&self, text: &Public<String>) -> Option<Sifted> {
        let rules = Documents { rules: Structured(&self.0), accounts: accounts_in(text.get()) };
        let masked = mask_text(&rules, &RawText::new(text.get().clone()), &Masker::default());
        if masked.detections.is_empty() {
            return None;
        }
        let found = sorted(masked.counts.identifiers().map(|(identifier, _)| identifier));
        Some(Sifted { text: configured(&masked.text), found })
    }

    /// A name or an ARN as it may be seen.
    pub(crate) fn shown(&self, text: Public<String>) -> Public<String> {
        self.sift(&text).map_or(text, |sifted| sifted.text)
    }

    /// Masks the names of a record, but for those of the request, which were masked where their members were known.
    pub(crate) fn mask(&self, record: &mut Record) {
        let (identity, decision) = (&mut record.identity, record.decision.as_mut());
        let mut texts = vec![identity.user_name.as_mut(), identity.arn.as_mut()];
        if let Some(decision) = decision {
            // A layer without a target is one of our words.
            let layer = decision.layer.as_mut().filter(|layer| layer.get().contains(" at "));
            texts.extend([decision.resource.as_mut(), layer, decision.statement.as_mut()]);
        }
        texts.extend(record.resources.iter_mut().map(|resource| Some(&mut resource.name)));
        for text in texts.into_iter().flatten() {
            if let Some(sifted) = self.sift(text) {
                *text = sifted.text;
            }
        }
    }
}

fn sorted<'a>(identifiers: impl Iterator<Item = &'a IdentifierId>) -> Vec<IdentifierId> {
    identifiers.cloned().collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}

/// What is kept and what is looked at: of an ARN the part behind the first slash of its resource, else all.
fn name_in(text: &str) -> Option<(&str, &str)> {
    let Some(start) = text.find("arn:") else { return Some(("", text)) };
    let (_, arn) = text.split_at_checked(start)?;
    let naming = arn.split(':').nth(2).is_some_and(|service| NAMING.contains(&service));
    let colon = arn.match_indices(':').nth(4).map(|(at, _)| at).filter(|_| naming)?;
    let slash = arn.match_indices('/').map(|(at, _)| at).find(|at| *at > colon)?;
    text.split_at_checked(start + slash + 1)
}

/// The rules for names: findings of structured kinds alone.
struct Structured<'a>(&'a Scanner);

/// Whether a kind is looked for in names.
pub(crate) fn is_structured(identifier: &IdentifierId) -> bool {
    !UNSTRUCTURED.contains(&identifier.as_str())
}

impl Structured<'_> {
    fn only(&self, mut found: Vec<Detection>) -> Vec<Detection> {
        let counts = |rule| is_structured(self.0.identifier(rule));
        found.retain(|detection| {
            counts(detection.rule) || detection.rivals.iter().any(|rival| counts(rival.rule))
        });
        found
    }
}

impl Find for Structured<'_> {
    type Place = Detection;

    fn find(&self, bytes: &RawBytes) -> Vec<Detection> {
        self.only(self.0.find(bytes))
    }

    fn find_text(&self, text: &RawText) -> Vec<Detection> {
        self.only(self.0.find_text(text))
    }

    fn find_part(&self, part: &Part<'_>) -> Certain<Detection> {
        let certain = self.0.find_part(part);
        Certain { places: self.only(certain.places), upto: certain.upto }
    }

    fn rule(&self, place: &Detection) -> &RuleInfo {
        Find::rule(self.0, place)
    }

    fn discards(&self, place: &Detection) -> bool {
        self.0.discards(place)
    }
}

/// Where the accounts of a document's ARNs stand.
fn accounts_in(text: &str) -> Vec<Range<usize>> {
    let account = |(start, _): (usize, &str)| {
        let arn = text.get(start..)?;
        let before = arn.match_indices(':').nth(3)?.0 + 1;
        let after = arn.match_indices(':').nth(4)?.0;
        Some(start + before..start + after)
    };
    text.match_indices("arn:").filter_map(account).collect()
}

/// The rules for documents: those for names, but for accounts.
struct Documents<'a> {
    rules: Structured<'a>,
    accounts: Vec<Range<usize>>,
}

impl Documents<'_> {
    fn only(&self, mut found: Vec<Detection>) -> Vec<Detection> {
        let is_account = |found: &Detection| {
            let within = |account: &Range<usize>| {
                account.start <= found.bytes.start() && found.bytes.end() <= account.end
            };
            self.accounts.iter().any(within)
        };
        found.retain(|found| !is_account(found));
        found
    }
}

impl Find for Documents<'_> {
    type Place = Detection;

    fn find(&self, bytes: &RawBytes) -> Vec<Detection> {
        self.only(self.rules.find(bytes))
    }

    fn find_text(&self, text: &RawText) -> Vec<Detection> {
        self.only(self.rules.find_text(text))
    }

    fn find_part(&self, part: &Part<'_>) -> Certain<Detection> {
        // A document is looked at as a whole.
        self.rules.find_part(part)
    }

    fn rule(&self, place: &Detection) -> &RuleInfo {
        self.rules.rule(place)
    }

    fn discards(&self, place: &Detection) -> bool {
        self.rules.discards(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A published test card; the accounts are those of AWS's examples.
    #[test]
    fn documents_are_masked_and_their_accounts_are_not() {
        let sieve = Sieve::build().unwrap();
        let plain = r#"{"Statement":[{"Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"*"}]}"#;
        let shown =
            |text: &str| sieve.sift_document(&configured(&text)).map(|sifted| sifted.text.into_inner());
        assert_eq!(shown(plain), None);
        let held = plain.replace("\"*\"", "\"card 4111111111111111\"");
        let masked = shown(&held).unwrap();
        assert!(
            masked.contains("card ****************") && masked.contains("::111122223333:root"),
            "{masked}"
        );
        // A number that is a card and an account: it stays where an ARN has its account.
        let account = "arn:aws:iam::4111111111111111:root and 4111111111111111";
        assert_eq!(
            shown(account).as_deref(),
            Some("arn:aws:iam::4111111111111111:root and ****************")
        );
    }

    #[test]
    fn what_is_written_for_the_record_is_masked() {
        let sieve = Sieve::build().unwrap();
        let masked = |text: &str| sieve.masked(&RawText::new(text.to_owned())).into_inner();
        assert_eq!(masked("ticket OPS-1209"), "ticket OPS-1209");
        assert_eq!(masked("card 4111111111111111"), "card ****************");
    }

    fn sifted(sieve: &Sieve, text: &'static str) -> (String, Vec<String>) {
        match sieve.sift(&text.into()) {
            Some(Sifted { text, found }) => {
                (text.into_inner(), found.iter().map(ToString::to_string).collect())
            }
            None => (text.to_owned(), Vec::new()),
        }
    }

    /// Card numbers are published test cards; the telephone number is from the range that Germany keeps for films.
    #[test]
    fn names_are_masked_and_ids_are_not() {
        let sieve = Sieve::build().unwrap();
        for (given, shown, kinds) in [
            ("Ana", "Ana", &[] as &[&str]),
            ("john.smith", "john.smith", &[]),
            ("4111111111111111", "****************", &["CreditCardNumber"]),
            ("team-4111111111111111", "team-****************", &["CreditCardNumber"]),
            ("card 4111 1111 1111 1111", "card *******************", &["CreditCardNumber"]),
            ("ana@example.com", "***************", &["EmailAddress"]),
            ("arn:aws:iam::111122223333:user/Ana", "arn:aws:iam::111122223333:user/Ana", &[]),
            (
                "arn:aws:iam::111122223333:user/x/4111111111111111",
                "arn:aws:iam::111122223333:user/x/****************",
                &["CreditCardNumber"],
            ),
            ("arn:aws:iam::411111111111:root", "arn:aws:iam::411111111111:root", &[]),
            (
                "arn:aws:organizations::111122223333:account/o-4111111111111111/111122223333",
                "arn:aws:organizations::111122223333:account/o-4111111111111111/111122223333",
                &[],
            ),
            (
                "`arn:aws:iam::111122223333:policy/4111111111111111` statement 1 (`s`) at 1:2",
                "`arn:aws:iam::111122223333:policy/****************` statement 1 (`s`) at 1:2",
                &["CreditCardNumber"],
            ),
            ("111122223333", "111122223333", &[]),
        ] {
            let kinds: Vec<String> = kinds.iter().map(ToString::to_string).collect();
            assert_eq!(sifted(&sieve, given), (shown.to_owned(), kinds), "{given}");
        }
    }

    #[test]
    fn captured_text_is_its_length_and_its_kinds() {
        let sieve = Sieve::build().unwrap();
        let kinds = |text: &str| match sieve.hidden(&RawText::new(text.to_owned())) {
            Value::Hidden { bytes, identifiers } => {
                (bytes, identifiers.iter().map(ToString::to_string).collect())
            }
            _ => (0, Vec::new()),
        };
        assert_eq!(kinds("canary"), (6, Vec::<String>::new()));
        assert_eq!(kinds("4111 1111 1111 1111"), (19, vec!["CreditCardNumber".to_owned()]));
        let bytes = RawBytes::new(b"a 4111111111111111, ana@example.com".to_vec());
        let identifiers =
            ["CreditCardNumber", "EmailAddress"].map(|id| IdentifierId::new(id).unwrap()).to_vec();
        assert_eq!(sieve.hidden_bytes(&bytes), Value::Hidden { bytes: 35, identifiers });
    }

    #[tokio::test]
    async fn the_rules_are_waited_for_and_findings_counted() {
        let examiner = Examiner::start(Names::Accept);
        let sieve = examiner.sieve().await.unwrap();
        for name in ["4111111111111111", "4111111111111111", "ana@example.com", "Ana"] {
            if let Some(sifted) = sieve.sift(&name.into()) {
                examiner.count(&sifted.found);
            }
        }
        let counts: Vec<_> =
            examiner.counts().into_iter().map(|(id, count)| (id.to_string(), count)).collect();
        assert_eq!(counts, [("CreditCardNumber".to_owned(), 2), ("EmailAddress".to_owned(), 1)]);
    }
}
