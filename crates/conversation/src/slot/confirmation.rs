//! Yes or no? "AMAZON.Confirmation": `Yes`, `No`, `Maybe` or `Don't know`; the same words answer confirmation prompts.

use super::pieces::Pieces;

/// What somebody answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Yes.
    Yes,
    /// No.
    No,
    /// Neither.
    Maybe,
    /// The user cannot say.
    Unknown,
}

impl Answer {
    /// As Lex writes it.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Yes => "Yes",
            Self::No => "No",
            Self::Maybe => "Maybe",
            Self::Unknown => "Don't know",
        }
    }
}

const UNKNOWN: [&str; 16] = [
    "don't know",
    "dont know",
    "do not know",
    "dunno",
    "unknown",
    "no idea",
    "not sure",
    "unsure",
    "who knows",
    "no clue",
    "can't say",
    "cannot say",
    "i can't tell",
    "beats me",
    "can't remember",
    "don't remember",
];
const MAYBE: [&str; 14] = [
    "maybe",
    "perhaps",
    "possibly",
    "it's possible",
    "sometimes",
    "i might",
    "might be",
    "could be",
    "that could be right",
    "probably",
    "i guess so",
    "kind of",
    "sort of",
    "it depends",
];
const NO: [&str; 41] = [
    "no",
    "nope",
    "nah",
    "naw",
    "negative",
    "never",
    "forget it",
    "decline",
    "no way",
    "not at all",
    "not really",
    "not correct",
    "not right",
    "incorrect",
    "wrong",
    "that's wrong",
    "don't",
    "do not",
    "cancel",
    "stop",
    "absolutely not",
    "certainly not",
    "i disagree",
    "disagree",
    "refuse",
    "no thanks",
    "not now",
    "nay",
    "it isn't",
    "it is not",
    "i'd rather not",
    "not today",
    "i can't",
    "false",
    "non",
    "nein",
    "não",
    "nao",
    "nee",
    "ne pas",
    "not that",
];
const YES: [&str; 52] = [
    "yes",
    "yeah",
    "yep",
    "yup",
    "ya",
    "yea",
    "aye",
    "ok",
    "okay",
    "k",
    "sure",
    "correct",
    "right",
    "that's right",
    "affirmative",
    "absolutely",
    "definitely",
    "certainly",
    "of course",
    "indeed",
    "exactly",
    "go ahead",
    "please do",
    "confirm",
    "confirmed",
    "i confirm",
    "i agree",
    "i can agree",
    "agreed",
    "agree",
    "accept",
    "i accept",
    "i do",
    "it is",
    "i have it",
    "sounds good",
    "looks good",
    "that works",
    "fine",
    "very well",
    "by all means",
    "true",
    "do it",
    "y",
    "uh huh",
    "perfect",
    "si",
    "sí",
    "oui",
    "ja",
    "sim",
    "alright",
];

/// The answer in the utterance, with the pieces that give it. What denies wins over what affirms: `no, that's not right`.
pub(crate) fn find(p: &Pieces<'_>) -> Option<(Answer, usize, usize)> {
    let lists: [(&[&str], Answer); 4] =
        [(&UNKNOWN, Answer::Unknown), (&MAYBE, Answer::Maybe), (&NO, Answer::No), (&YES, Answer::Yes)];
    let mut found = lists.iter().filter_map(|(phrases, answer)| {
        let here = (0..p.len()).find_map(|at| p.longest(at, phrases).map(|(_, len)| (at, at + len)));
        here.map(|(from, to)| (*answer, from, to))
    });
    // A whole sentence in which `right` or `no` turns up is no answer.
    let first = found.next()?;
    let single = p.is(first.1, "n") && p.len() > 1;
    (!single && first.1 <= WORDS_BEFORE_MAX)
        .then_some(first)
        .or_else(|| p.is(0, "n").then_some((Answer::No, 0, 1)))
}

/// How many pieces may stand before the words that answer.
const WORDS_BEFORE_MAX: usize = 6;

#[cfg(test)]
mod tests {
    use super::super::pieces::pieces;
    use super::*;

    #[test]
    fn what_denies_wins() {
        for (text, wanted) in [
            ("yes please", Some(Answer::Yes)),
            ("No, that's not right", Some(Answer::No)),
            ("I'm not sure about it", Some(Answer::Unknown)),
            ("that could be right", Some(Answer::Maybe)),
            ("one two three four five six yes", Some(Answer::Yes)),
            ("one two three four five six seven yes", None),
            ("a window seat", None),
        ] {
            assert_eq!(find(&pieces(text)).map(|found| found.0), wanted, "{text}");
        }
    }
}
