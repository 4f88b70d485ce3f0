//! Which texts does a pattern take in, and which of several patterns take in the same texts?
//!
//! A pattern of a policy is a small automaton. Several of them are walked at once, over the characters that matter to any of
//! them and one that matters to none, shortest texts first: each combination of "takes it in" and "does not" that some text
//! reaches is found with its shortest text. That is exact. Where the walk would visit too many states it stops and says so; then
//! what it found is true and what it did not find is open.
//!
//! A variable stands for text that is not known: it is taken as anything (*wide*) or as nothing (*narrow*), whichever keeps a
//! claim true.

use crate::glob::{Dialect, Glob, Piece};
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

/// Most states that one walk visits.
const STATES_MAX: usize = 20_000;
/// Most patterns that are walked together.
pub(crate) const PATTERNS_MAX: usize = 120;
/// Stands for every character that no pattern spells out.
const OTHERS: [char; 4] = ['x', 'q', 'é', '\u{4e00}'];

/// How a variable is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// As anything: for what is claimed to be taken in by others.
    Wide,
    /// As nothing at all: for what is claimed to take in others.
    Narrow,
}

/// A step of an automaton.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Letter(char),
    One {
        crosses: bool,
    },
    Star {
        crosses: bool,
    },
    /// Any text of one segment: neither a colon nor a slash.
    Segment,
    /// Nothing gets past: a variable that is read narrowly.
    Wall,
}

/// The texts that a pattern takes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Language(Vec<Step>);

impl Language {
    /// Reads a compiled pattern.
    pub(crate) fn of(glob: &Glob, unknown: Unknown) -> Self {
        let mut steps = Vec::new();
        let letters = |steps: &mut Vec<Step>, text: &str| steps.extend(text.chars().map(Step::Letter));
        match glob {
            Glob::Any => steps.push(Step::Star { crosses: true }),
            Glob::Exact(text) => letters(&mut steps, text),
            Glob::Prefix(text) => {
                letters(&mut steps, text);
                steps.push(Step::Star { crosses: true });
            }
            Glob::Pieces(pieces) => {
                for piece in pieces {
                    match piece {
                        Piece::Text(text) => letters(&mut steps, text),
                        Piece::Star { crosses } => steps.push(Step::Star { crosses: *crosses }),
                        Piece::One { crosses } => steps.push(Step::One { crosses: *crosses }),
                        Piece::Variable(_) if unknown == Unknown::Wide => {
                            steps.push(Step::Star { crosses: true })
                        }
                        Piece::Variable(_) => steps.push(Step::Wall),
                    }
                }
            }
        }
        Self(steps)
    }

    /// Reads a pattern without variables.
    pub(crate) fn parse(text: &str, dialect: Dialect) -> Self {
        Self::of(&Glob::new(text, dialect, false), Unknown::Wide)
    }

    /// One text.
    pub(crate) fn exactly(text: &str) -> Self {
        Self(text.chars().map(Step::Letter).collect())
    }

    /// A form to be filled in: each `*` stands for text without a colon, each `^` for text without a colon or slash, a last `**`
    /// for any text.
    pub(crate) fn form(text: &str) -> Self {
        let (text, open) = text.strip_suffix("**").map_or((text, false), |head| (head, true));
        let step = |letter| match letter {
            '*' => Step::Star { crosses: false },
            '^' => Step::Segment,
            letter => Step::Letter(letter),
        };
        let last = open.then_some(Step::Star { crosses: true });
        Self(text.chars().map(step).chain(last).collect())
    }

    /// Whether it takes in one text.
    pub(crate) fn takes(&self, text: &str) -> bool {
        let end = text.chars().fold(self.start(), |places, letter| self.after(&places, letter));
        self.accepts(&end)
    }

    fn letters(&self) -> impl Iterator<Item = char> {
        self.0.iter().filter_map(|step| match step {
            Step::Letter(letter) => Some(*letter),
            _ => None,
        })
    }

    /// Where the automaton stands before any character.
    fn start(&self) -> Places {
        self.closed([0])
    }

    /// Places and those that are reached from them without a character.
    fn closed(&self, places: impl IntoIterator<Item = u16>) -> Places {
        let mut all = Places::new();
        for place in places {
            let mut at = place;
            all.insert(at);
            while let Some(Step::Star { .. } | Step::Segment) = self.0.get(usize::from(at)) {
                at += 1;
                all.insert(at);
            }
        }
        all
    }

    /// Where it stands after one more character.
    fn after(&self, places: &Places, letter: char) -> Places {
        let next = places.iter().filter_map(|place| match self.0.get(usize::from(*place))? {
            Step::Letter(known) => (*known == letter).then_some(place + 1),
            Step::One { crosses } => (*crosses || letter != ':').then_some(place + 1),
            Step::Star { crosses } => (*crosses || letter != ':').then_some(*place),
            Step::Segment => (!matches!(letter, ':' | '/')).then_some(*place),
            Step::Wall => None,
        });
        self.closed(next.collect::<Vec<_>>())
    }

    fn accepts(&self, places: &Places) -> bool {
        u16::try_from(self.0.len()).is_ok_and(|end| places.contains(&end))
    }

    /// Letters on which its places differ from any other letter.
    fn asked<'a>(&'a self, places: &'a Places) -> impl Iterator<Item = char> + 'a {
        let steps = places.iter().filter_map(|place| self.0.get(usize::from(*place)));
        steps.flat_map(|step| {
            let (letter, slash) = match step {
                Step::Letter(letter) => (Some(*letter), None),
                Step::One { crosses: false } | Step::Star { crosses: false } => (Some(':'), None),
                Step::Segment => (Some(':'), Some('/')),
                _ => (None, None),
            };
            letter.into_iter().chain(slash)
        })
    }
}

/// Places of one automaton.
type Places = BTreeSet<u16>;

/// A combination of patterns that some text is taken in by, and by no other of those asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Class {
    /// Bit `n`: whether pattern `n` takes the text in.
    pub(crate) members: u128,
    /// The shortest such text.
    pub(crate) text: String,
}

/// All combinations that were found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Classes {
    /// Each combination once, shortest text first.
    pub(crate) classes: Vec<Class>,
    /// Whether there are no others.
    pub(crate) complete: bool,
}

/// Sorts all texts by which patterns take them in.
pub(crate) fn classes(languages: &[Language]) -> Classes {
    let Some(languages) =
        languages.get(..languages.len().min(PATTERNS_MAX)).filter(|_| languages.len() <= PATTERNS_MAX)
    else {
        return Classes::default();
    };
    Walk::new(languages).run(|_| false)
}

/// A text that `inner` takes in and none of `outer` does. `Ok(None)` says that there is none, `Err` that it is open.
pub(crate) fn outside(inner: &Language, outer: &[Language]) -> Result<Option<String>, Open> {
    let all: Vec<Language> = std::iter::once(inner).chain(outer).cloned().collect();
    if all.len() > PATTERNS_MAX {
        return Err(Open);
    }
    let found = Walk::new(&all).run(|members| members == 1);
    match found.classes.into_iter().find(|class| class.members == 1) {
        Some(class) => Ok(Some(class.text)),
        None if found.complete => Ok(None),
        None => Err(Open),
    }
}

/// A text that both take in; `Ok(None)` says that there is none, `Err` that it is open.
pub(crate) fn shared(one: &Language, other: &Language) -> Result<Option<String>, Open> {
    let found = Walk::new(&[one.clone(), other.clone()]).run(|members| members == 3);
    match found.classes.into_iter().find(|class| class.members == 3) {
        Some(class) => Ok(Some(class.text)),
        None if found.complete => Ok(None),
        None => Err(Open),
    }
}

/// The walk would have been too long: nothing is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Open;

struct Walk<'l> {
    languages: &'l [Language],
    other: char,
    seen: HashSet<Vec<Places>>,
    queue: VecDeque<(Vec<Places>, usize)>,
    /// Each text as its last letter and the text before it.
    trail: Vec<(usize, char)>,
    found: HashMap<u128, usize>,
}

impl<'l> Walk<'l> {
    fn new(languages: &'l [Language]) -> Self {
        let spelled: HashSet<char> = languages.iter().flat_map(Language::letters).collect();
        let letters = ('a'..='z').chain(OTHERS);
        let other =
            OTHERS.into_iter().chain(letters).find(|letter| !spelled.contains(letter)).unwrap_or('\u{2603}');
        Self {
            languages,
            other,
            seen: HashSet::new(),
            queue: VecDeque::new(),
            trail: Vec::new(),
            found: HashMap::new(),
        }
    }

    /// Walks until nothing new is reached, the bound is met, or a combination is found that is `enough`.
    fn run(mut self, enough: impl Fn(u128) -> bool) -> Classes {
        self.trail.push((usize::MAX, self.other));
        let start: Vec<Places> = self.languages.iter().map(Language::start).collect();
        self.visit(start, 0);
        let mut complete = true;
        while let Some((state, text)) = self.queue.pop_front() {
            if self.found.keys().any(|members| enough(*members)) || self.seen.len() > STATES_MAX {
                complete = false;
                break;
            }
            for letter in self.letters(&state) {
                let next = self.languages.iter().zip(&state).map(|(language, at)| language.after(at, letter));
                self.trail.push((text, letter));
                let text = self.trail.len() - 1;
                self.visit(next.collect(), text);
            }
        }
        self.sorted(complete)
    }

    /// The letters that make a difference here, and one that makes none.
    fn letters(&self, state: &[Places]) -> BTreeSet<char> {
        let asked = self.languages.iter().zip(state).flat_map(|(language, places)| language.asked(places));
        asked.chain([self.other]).collect()
    }

    fn visit(&mut self, state: Vec<Places>, text: usize) {
        if state.iter().all(BTreeSet::is_empty) && self.found.contains_key(&0) || self.seen.contains(&state) {
            return;
        }
        let accepting = self.languages.iter().zip(&state).enumerate();
        let members = accepting
            .filter(|(_, (language, places))| language.accepts(places))
            .fold(0_u128, |members, (index, _)| members | 1 << index);
        self.found.entry(members).or_insert(text);
        self.seen.insert(state.clone());
        self.queue.push_back((state, text));
    }

    fn sorted(&self, complete: bool) -> Classes {
        let mut found: Vec<(usize, u128)> =
            self.found.iter().map(|(members, text)| (*text, *members)).collect();
        found.sort_unstable();
        let class = |(text, members)| Class { members, text: self.text(text) };
        Classes { classes: found.into_iter().map(class).collect(), complete }
    }

    fn text(&self, mut at: usize) -> String {
        let mut letters = Vec::new();
        while let Some((before, letter)) = self.trail.get(at).filter(|(before, _)| *before != usize::MAX) {
            letters.push(*letter);
            at = *before;
        }
        letters.iter().rev().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Key;
    use crate::variable::Lookup;
    use proptest::prelude::*;

    struct Nothing;

    impl Lookup for Nothing {
        fn single(&self, _key: &Key) -> Option<&str> {
            None
        }
    }

    fn like(text: &str) -> Language {
        Language::parse(text, Dialect::Like)
    }

    #[test]
    fn what_lies_outside() {
        for (inner, outer, wanted) in [
            ("a", &["a"][..], None),
            ("a*", &["*"], None),
            ("*", &["a*"], Some("")),
            ("a?", &["a*"], None),
            ("a*", &["a?", "a"], Some("axx")),
            ("a?c", &["abc"], Some("axc")),
            ("s3:get*", &["s3:*"], None),
            ("s3:*", &["s3:get*"], Some("s3:")),
            ("*a*", &["*b*"], Some("a")),
            ("ab", &["a*", "*b"], None),
            ("?*", &["a*", "x"], Some("q")),
        ] {
            let outer: Vec<Language> = outer.iter().map(|text| like(text)).collect();
            assert_eq!(outside(&like(inner), &outer).unwrap().as_deref(), wanted, "{inner}");
        }
    }

    #[test]
    fn what_two_share() {
        for (one, other, wanted) in [
            ("a*", "*b", Some("ab")),
            ("a*", "b*", None),
            ("*", "", Some("")),
            ("a?c", "ab*", Some("abc")),
            ("lex:put*", "lex:*bot", Some("lex:putbot")),
        ] {
            assert_eq!(shared(&like(one), &like(other)).unwrap().as_deref(), wanted, "{one} {other}");
        }
    }

    #[test]
    fn resources_keep_their_colons() {
        let group = Language::parse("arn:aws:logs:*:*:log-group:app", Dialect::Resource);
        let decided = Language::form("arn:*:logs:*:*:log-group:*:log-stream:*");
        assert_eq!(shared(&group, &decided), Ok(None));
        let object = Language::form("arn:*:s3:::*/**");
        assert_eq!(
            shared(&object, &like("arn:aws:s3:::b/a:b")).unwrap().as_deref(),
            Some("arn:aws:s3:::b/a:b")
        );
        let starred = Language::parse("arn:aws:logs:*:*:log-group:app:*", Dialect::Resource);
        assert_eq!(
            shared(&starred, &decided).unwrap().as_deref(),
            Some("arn:aws:logs:::log-group:app:log-stream:")
        );
    }

    #[test]
    fn segments_end_at_slashes() {
        let bucket = Language::form("arn:*:s3:::^");
        for (text, wanted) in
            [("arn:aws:s3:::b", true), ("arn:aws:s3:::b/x", false), ("arn:aws:s3:::b:x", false)]
        {
            assert_eq!(bucket.takes(text), wanted, "{text}");
        }
        assert_eq!(shared(&bucket, &like("arn:aws:s3:::b/*")), Ok(None));
        assert_eq!(shared(&bucket, &like("arn:aws:s3:::b*")), Ok(Some("arn:aws:s3:::b".to_owned())));
        assert_eq!(outside(&bucket, &[like("arn:*:s3:::*")]), Ok(None));
    }

    #[test]
    fn a_variable_is_wide_or_narrow() {
        let glob = Glob::new("home/${aws:username}", Dialect::Like, true);
        let wide = Language::of(&glob, Unknown::Wide);
        let narrow = Language::of(&glob, Unknown::Narrow);
        assert_eq!(outside(&wide, &[like("home/*")]), Ok(None));
        assert_eq!(outside(&like("home/ana"), &[wide]), Ok(None));
        assert_eq!(outside(&like("home/ana"), &[narrow]).unwrap().as_deref(), Some("home/ana"));
    }

    #[test]
    fn too_many_patterns_are_open() {
        let many = vec![like("a"); PATTERNS_MAX];
        assert_eq!(outside(&like("a"), &many), Err(Open));
        assert_eq!(outside(&like("a"), many.get(1..).unwrap()), Ok(None));
        assert!(!classes(&vec![like("a"); PATTERNS_MAX + 1]).complete);
    }

    proptest! {
        #[test]
        fn each_class_holds_for_its_text(patterns in prop::collection::vec("[ab:*?]{0,6}", 1..5)) {
            for dialect in [Dialect::Like, Dialect::Resource] {
                let globs: Vec<Glob> = patterns.iter().map(|text| Glob::new(text, dialect, false)).collect();
                let languages: Vec<Language> = patterns.iter().map(|text| Language::parse(text, dialect)).collect();
                let found = classes(&languages);
                for class in &found.classes {
                    for (index, glob) in globs.iter().enumerate() {
                        let says = class.members >> index & 1 == 1;
                        prop_assert_eq!(glob.matches(&class.text, &Nothing), says, "{} {:?}", &class.text, &patterns);
                    }
                }
            }
        }

        #[test]
        fn each_text_has_its_class(patterns in prop::collection::vec("[ab:*?]{0,5}", 1..4), text in "[ab:c]{0,7}") {
            let globs: Vec<Glob> = patterns.iter().map(|text| Glob::new(text, Dialect::Resource, false)).collect();
            let languages: Vec<Language> =
                patterns.iter().map(|text| Language::parse(text, Dialect::Resource)).collect();
            let found = classes(&languages);
            prop_assert!(found.complete);
            let mut members = 0_u128;
            for (index, glob) in globs.iter().enumerate() {
                members |= u128::from(glob.matches(&text, &Nothing)) << index;
            }
            prop_assert!(found.classes.iter().any(|class| class.members == members), "{} {:?}", text, patterns);
        }
    }
}
