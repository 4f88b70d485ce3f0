//! What does `sotto certs` do? It shows, exports and renews the certificates of a data directory, and makes those of clients.

pub(crate) mod authority;

use crate::args::{CertsClientArgs, CertsRenewArgs, CertsShowArgs, CertsVerb, PlainFormat};
use crate::clock;
use crate::fault::{Fault, Verdict};
use crate::out;
use crate::private::{self, Readers};
use anyhow::Result;
use authority::{About, Authority, Told};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Longest name of a client.
const CLIENT_NAME_CHARS_MAX: usize = 64;

/// Does what a verb says.
pub(crate) fn run(verb: &CertsVerb) -> Result<Verdict> {
    match verb {
        CertsVerb::Show(args) => show(args),
        CertsVerb::Export(folder) => write(&Authority::open(&folder.data)?.pem()?),
        CertsVerb::Renew(args) => renew(args),
        CertsVerb::Client(args) => client(args),
    }
}

fn write(bytes: &[u8]) -> Result<Verdict> {
    out::plain().write_all(bytes).map_err(|error| Fault::output(&error))?;
    Ok(Verdict::Fine)
}

fn show(args: &CertsShowArgs) -> Result<Verdict> {
    let authority = Authority::open(&args.folder.data)?;
    let text = match args.format {
        PlainFormat::Text => described(authority.about()),
        PlainFormat::Json => serde_json::to_string_pretty(authority.about()).unwrap_or_default() + "\n",
    };
    write(text.as_bytes())
}

fn described(about: &About) -> String {
    format!(
        "authority  {}\n{}server     {}\n{}",
        about.authority_name,
        lines(&about.authority),
        about.server_names.join(", "),
        lines(&about.server),
    )
}

fn lines(told: &Told) -> String {
    format!("  sha256   {}\n  from     {}\n  until    {}\n", told.sha256, day(told.from), day(told.until))
}

/// A day and time of the calendar, in UTC.
pub(crate) fn day(seconds: u64) -> String {
    let at = time::OffsetDateTime::from(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
    let (date, clock) = (at.date(), at.time());
    let (hour, minute) = (clock.hour(), clock.minute());
    format!("{:04}-{:02}-{:02} {hour:02}:{minute:02} UTC", date.year(), u8::from(date.month()), date.day())
}

fn renew(args: &CertsRenewArgs) -> Result<Verdict> {
    let data = &args.folder.data;
    let mut authority = Authority::open(data)?;
    let names = if args.name.is_empty() { authority.asked_names() } else { args.name.clone() };
    if args.authority {
        authority = Authority::make(data.join("tls"), &names, clock::now())?;
    } else {
        authority.renew_server(&names, clock::now())?;
    }
    write(described(authority.about()).as_bytes())
}

fn client(args: &CertsClientArgs) -> Result<Verdict> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "._-@".contains(c);
    let name = args.name.as_str();
    if name.is_empty()
        || name.len() > CLIENT_NAME_CHARS_MAX
        || !name.chars().all(fits)
        || name.starts_with('.')
    {
        return Err(Fault::usage("a client's name has 1 to 64 of A-Z a-z 0-9 . _ - @ and no leading dot"));
    }
    let made = Authority::open(&args.folder.data)?.client(name, args.days, clock::now())?;
    private::folder(&args.output).map_err(|error| Fault::file(&args.output, &error))?;
    keep(&args.output.join(format!("{name}.key")), made.key.as_bytes(), Readers::Owner)?;
    keep(&args.output.join(format!("{name}.pem")), made.chain.as_bytes(), Readers::All)?;
    Ok(Verdict::Fine)
}

fn keep(path: &Path, bytes: &[u8], readers: Readers) -> Result<()> {
    private::write(path, bytes, readers).map_err(|error| Fault::file(path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: SystemTime = SystemTime::UNIX_EPOCH;

    fn at(day: u64) -> SystemTime {
        NOW + Duration::from_secs(86_400 * day)
    }

    #[test]
    fn the_servers_certificate_is_renewed_in_its_last_thirty_days() {
        let folder = tempfile::tempdir().unwrap();
        let open = |day| Authority::open_or_make(folder.path(), &[], at(day)).unwrap().about().clone();
        let first = open(20_000);
        assert_eq!(open(20_000 + 366).server.sha256, first.server.sha256);
        let renewed = open(20_000 + 368);
        assert_ne!(renewed.server.sha256, first.server.sha256);
        assert_eq!(renewed.authority.sha256, first.authority.sha256);
    }

    #[test]
    fn a_new_name_is_added_to_those_before() {
        let folder = tempfile::tempdir().unwrap();
        let open =
            |name: &str| Authority::open_or_make(folder.path(), &[name.to_owned()], at(20_000)).unwrap();
        open("a.example");
        assert_eq!(open("b.example").asked_names(), ["a.example", "b.example"]);
        assert!(Authority::open_or_make(folder.path(), &["white space".to_owned()], at(20_000)).is_err());
    }

    #[test]
    fn keys_are_the_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        Authority::open_or_make(folder.path(), &[], at(20_000)).unwrap();
        for (name, others) in
            [("ca.key", false), ("server.key", false), ("ca.pem", true), ("server.pem", true)]
        {
            let path = folder.path().join("tls").join(name);
            assert_eq!(private::open_to_others(&path).unwrap(), others, "{name}");
        }
    }
}
