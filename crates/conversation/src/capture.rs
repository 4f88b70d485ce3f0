//! Which turns are logged at all? Selective capture: session attributes name the slots whose turns may be written down.
//!
//! `x-amz-lex:enable-text-logging:<intent>:<slot>` = `true`, `*` for any (Lex V2 Developer Guide, "Manage selective conversation
//! log capture"). A turn in which a slot was asked for is logged when that slot is named. Any other turn is logged when every
//! slot that it filled is named; "filled" is read from the state at the end of the turn, so that what a code hook changes
//! counts. A turn that asked for nothing and filled nothing holds no named slot, and is logged for `*` only.
//!
//! The closest name decides, so that `*:*` = `true` and `Pay:Code` = `false` leaves that one slot out.

use crate::bot::Name;
use crate::dialog::Turn;
use crate::session::Attributes;

/// What is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// Text.
    Text,
    /// Sound.
    Audio,
}

/// An alias's settings for a medium.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CaptureSettings {
    /// Whether anything is written down.
    pub enabled: bool,
    /// Whether only turns are that attributes name.
    pub selective: bool,
}

/// What a turn was about, as far as capture goes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TurnSlots {
    /// The intent at the end of the turn.
    pub intent: Option<Name>,
    /// The slot that was asked for, with its intent.
    pub elicited: Option<(Name, Name)>,
    /// Slots of that intent that were filled in the turn, as they are at its end.
    pub filled: Vec<Name>,
}

/// Which slots may be written down in clear, if they are not obfuscated.
#[derive(Clone, Debug)]
pub struct Capture {
    medium: Medium,
    /// The attributes that name slots; none where capture is not selective.
    named: Option<Attributes>,
}

impl Medium {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Text => "x-amz-lex:enable-text-logging:",
            Self::Audio => "x-amz-lex:enable-audio-logging:",
        }
    }
}

impl TurnSlots {
    /// What a turn was about.
    pub fn of(turn: &Turn) -> Self {
        let after = turn.session.intent.as_ref();
        let before =
            turn.heard.before.as_ref().filter(|before| after.is_some_and(|after| after.name == before.name));
        let filled = after.into_iter().flat_map(|after| &after.slots).filter(|(name, value)| {
            value.is_some() && before.and_then(|before| before.value(name)) != value.as_ref()
        });
        let elicited = turn.heard.elicited.as_ref();
        Self {
            intent: after.map(|after| after.name.clone()),
            elicited: elicited.map(|one| (one.intent.clone(), one.slot.clone())),
            filled: filled.map(|(name, _)| name.clone()).collect(),
        }
    }
}

/// Whether a turn is written down; nothing when it is not.
pub fn capture(
    medium: Medium,
    settings: CaptureSettings,
    attributes: &Attributes,
    turn: &TurnSlots,
) -> Option<Capture> {
    if !settings.enabled {
        return None;
    }
    if !settings.selective {
        return Some(Capture { medium, named: None });
    }
    let capture = Capture { medium, named: Some(attributes.clone()) };
    let intent = turn.intent.as_ref().map_or("*", Name::as_str);
    let logged = match (&turn.elicited, turn.filled.as_slice()) {
        (Some((intent, slot)), _) => capture.names(intent.as_str(), slot.as_str()),
        (None, []) => capture.names(intent, "*"),
        (None, filled) => filled.iter().all(|slot| capture.names(intent, slot.as_str())),
    };
    logged.then_some(capture)
}

impl Capture {
    /// Everything is written down.
    pub fn everything(medium: Medium) -> Self {
        Self { medium, named: None }
    }

    /// Whether the value of a slot may be written down, obfuscation aside.
    pub fn shows(&self, intent: &Name, slot: &Name) -> bool {
        self.names(intent.as_str(), slot.as_str())
    }

    fn names(&self, intent: &str, slot: &str) -> bool {
        let Some(attributes) = &self.named else { return true };
        let of =
            |intent: &str, slot: &str| attributes.find(&format!("{}{intent}:{slot}", self.medium.prefix()));
        let found =
            of(intent, slot).or_else(|| of(intent, "*")).or_else(|| of("*", slot)).or_else(|| of("*", "*"));
        found.is_some_and(|value| value.read().trim().eq_ignore_ascii_case("true"))
    }
}

#[cfg(test)]
mod tests;
