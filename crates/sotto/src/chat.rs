//! `sotto chat`: how does one talk with a bot from a terminal, or a pipe? A line is what is said, what comes is what the bot says.
//!
//! A prompt is shown where somebody sits at a terminal only, so that a pipe gets the bot's words and nothing else. `/log` shows what
//! was kept of the session, masked as it is stored: the reader of the log asks for no originals.

use crate::args::ChatArgs;
use crate::bots::{Lex, LogPlaces, entries, text};
use crate::fault::{Fault, Verdict};
use crate::logs::now_ms;
use crate::out;
use crate::signals;
use anyhow::Result;
use serde_json::{Value as Json, json};
use std::io::{BufRead, IsTerminal, Write};

/// The draft's own alias.
const TEST_ALIAS: &str = "TSTALIASID";
/// Events of a log that are looked through for a session at most.
const EVENTS_MAX: usize = 10_000;
/// Most characters of what is said (`lexv2-runtime`, `Text`), and most bytes of a line.
const TEXT_CHARS_MAX: usize = 1_024;
const LINE_BYTES_MAX: usize = 64 * 1_024;
/// How far back a log is read for a session that was begun before: a session lives a day at most.
const SESSION_MS_MAX: i64 = 86_400_000;

/// A conversation.
struct Chat {
    lex: Lex,
    alias: Json,
    bot: String,
    locale: String,
    session: String,
}

/// What a line asks for.
#[derive(Debug, PartialEq, Eq)]
enum Line<'l> {
    Say(&'l str),
    Session,
    Log,
    New,
    Help,
    Quit,
    Nothing,
    Unknown,
}

const HELP: &str = "/session  the session, as GetSession shows it\n/log      what conversation logs kept of it\n/new      \
                    another session\n/quit     end";

pub(crate) fn run(args: &ChatArgs) -> Result<Verdict> {
    signals::listen()?;
    let mut chat = Chat::begin(args)?;
    let at_terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    if at_terminal {
        out::say(&format!("session {}; /help lists commands", chat.session));
    }
    let (mut input, mut verdict) = (std::io::stdin().lock(), Verdict::Fine);
    loop {
        if at_terminal {
            show("> ", "")?;
        }
        let Some(line) = read(&mut input)? else { break };
        match meant(&line) {
            Line::Quit => break,
            Line::Nothing => {}
            Line::Help => out::say(HELP),
            Line::New => chat.session = new_session()?,
            Line::Unknown => out::say("there is no such command; /help lists them"),
            Line::Session => chat.session()?,
            Line::Log => chat.log()?,
            Line::Say(words) => {
                if !chat.say(words)? {
                    verdict = Verdict::Incomplete;
                }
            }
        }
    }
    Ok(verdict)
}

/// The next line; nothing at the end or on Ctrl-C.
fn read(input: &mut impl BufRead) -> Result<Option<String>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX);
    let read = std::io::Read::take(&mut *input, most).read_until(b'\n', &mut bytes);
    match read {
        _ if signals::interrupted() => Ok(None),
        Ok(0) => Ok(None),
        Ok(_) => match String::from_utf8(bytes) {
            Ok(line) => Ok(Some(line)),
            Err(_) => Err(Fault::usage("a line of standard input is not UTF-8")),
        },
        Err(error) => Err(Fault::unavailable(format!("standard input: {}", crate::fault::reason(&error)))),
    }
}

fn meant(line: &str) -> Line<'_> {
    match line.trim() {
        "" => Line::Nothing,
        "/session" => Line::Session,
        "/log" => Line::Log,
        "/new" => Line::New,
        "/help" => Line::Help,
        "/quit" | "/exit" => Line::Quit,
        words if words.starts_with('/') => Line::Unknown,
        words => Line::Say(words),
    }
}

fn show(words: &str, end: &str) -> Result<()> {
    let mut out = out::plain();
    write!(out, "{words}{end}").and_then(|()| out.flush()).map_err(|error| Fault::output(&error))
}

fn new_session() -> Result<String> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|_| Fault::unavailable("the system gives no randomness"))?;
    Ok(format!("chat-{:016x}", u64::from_be_bytes(bytes)))
}

impl Chat {
    fn begin(args: &ChatArgs) -> Result<Self> {
        let lex = Lex::new(&args.remote)?;
        let bot = lex.bot(&args.bot)?;
        let alias = lex.alias(&bot, args.alias.as_deref().unwrap_or(TEST_ALIAS))?;
        let version = match text(&alias, "botVersion") {
            "" => "DRAFT",
            version => version,
        };
        let locale = match &args.locale {
            Some(locale) => locale.clone(),
            None => lex.locales(&bot, version)?.into_iter().next().ok_or_else(|| {
                Fault::usage(format!("version {version} of bot `{}` has no locale", bot.name))
            })?,
        };
        let session = match &args.session {
            Some(session) => session.clone(),
            None => new_session()?,
        };
        Ok(Self { lex, alias, bot: bot.id, locale, session })
    }

    fn place(&self) -> Json {
        json!({"botId": self.bot, "botAliasId": text(&self.alias, "botAliasId"), "localeId": self.locale, "sessionId": self.session})
    }

    /// Says something; whether it was answered.
    fn say(&self, words: &str) -> Result<bool> {
        if words.chars().count() > TEXT_CHARS_MAX {
            out::say(&format!("a line has at most {TEXT_CHARS_MAX} characters"));
            return Ok(false);
        }
        let mut input = self.place();
        if let Some(members) = input.as_object_mut() {
            members.insert("text".to_owned(), words.into());
        }
        let answer = match self.lex.remote.json_once(("lexv2-runtime", "RecognizeText"), &input) {
            Ok(answer) => answer,
            Err(error) if error.code().is_empty() || error.is_denied() => return Err(error.into()),
            Err(error) => {
                out::say(&format!("not answered: {error}"));
                return Ok(false);
            }
        };
        for message in answer.get("messages").and_then(Json::as_array).into_iter().flatten() {
            said(message)?;
        }
        Ok(true)
    }

    /// Shows the session.
    fn session(&self) -> Result<()> {
        match self.lex.remote.json(("lexv2-runtime", "GetSession"), &self.place()) {
            Ok(found) => show(&plain(&format!("{found:#}")), "\n"),
            Err(error) if error.code() == "ResourceNotFoundException" => {
                out::say("there is no session yet");
                Ok(())
            }
            Err(error) => {
                out::say(&format!("{error}"));
                Ok(())
            }
        }
    }

    /// Shows what logs kept.
    fn log(&self) -> Result<()> {
        let places = LogPlaces::of(&self.lex.remote, &self.alias);
        if places.texts.is_empty() {
            out::say("the alias has no conversation log");
        }
        for log in &places.texts {
            match entries(&self.lex.remote, &log.group, now_ms() - SESSION_MS_MAX, EVENTS_MAX) {
                Ok(kept) => {
                    let of_session = kept.iter().filter(|entry| entry.contains(self.session.as_str()));
                    of_session.into_iter().try_for_each(|entry| show(&plain(entry), "\n"))?;
                }
                Err(error) => out::say(&format!("{}: {error}", log.group)),
            }
        }
        Ok(())
    }
}

/// Shows a message; of a card its title and buttons.
fn said(message: &Json) -> Result<()> {
    let card = message.get("imageResponseCard").filter(|card| !card.is_null());
    let Some(card) = card else { return show(&plain(text(message, "content")), "\n") };
    show(&plain(text(card, "title")), "\n")?;
    for button in card.get("buttons").and_then(Json::as_array).into_iter().flatten() {
        show(&format!("  [{}] {}", plain(text(button, "value")), plain(text(button, "text"))), "\n")?;
    }
    Ok(())
}

/// Text without control characters: what a bot says must not drive a terminal.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_words_or_commands() {
        for (line, wanted) in [
            ("hello there\n", Line::Say("hello there")),
            ("  \n", Line::Nothing),
            ("/session\n", Line::Session),
            ("/log", Line::Log),
            ("/quit\r\n", Line::Quit),
            ("/new", Line::New),
            ("/other", Line::Unknown),
        ] {
            assert_eq!(meant(line), wanted);
        }
    }

    #[test]
    fn lines_are_bounded_and_end() {
        let long = "x".repeat(LINE_BYTES_MAX + 5);
        let mut input = long.as_bytes();
        assert_eq!(read(&mut input).unwrap().unwrap().len(), LINE_BYTES_MAX);
        assert_eq!(read(&mut input).unwrap().unwrap().len(), 5);
        assert_eq!(read(&mut input).unwrap(), None);
        assert!(read(&mut &b"\xff\n"[..]).is_err());
    }

    #[test]
    fn words_drive_no_terminal() {
        assert_eq!(plain("a\u{1b}[2Jb\n"), "a\u{fffd}[2Jb\n");
    }
}
