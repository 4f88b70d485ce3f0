//! How fast are events masked and sealed on one core? Protects each line of a file and prints megabytes, CPU seconds, and what
//! was masked, as JSON; then the same without sealing (nothing is looked for) as the floor.
//!
//! `cargo run --release -p sotto-protect --features seal --example arrival -- FILE [ROUNDS]`

use sotto_detect::catalog;
use sotto_kms::{DataKey, Entropy};
use sotto_protect::policy::{DataProtectionPolicy, EffectivePolicy, ManagedIds};
use sotto_protect::{
    Arrival, EventTimes, Protection, Scanners, Sealing, Settings, SpanKey, SpanKeyId, protect,
};
use sotto_public::{EventId, Place, Stored};
use sotto_sensitive::{KeyBytes, RawText};
use std::error::Error;
use std::io::Write;

/// Thirty identifiers of all kinds.
const IDENTIFIERS: [&str; 30] = [
    "AwsSecretKey",
    "OpenSshPrivateKey",
    "PgpPrivateKey",
    "PkcsPrivateKey",
    "PuttyPrivateKey",
    "IpAddress",
    "EmailAddress",
    "PhoneNumber-US",
    "CreditCardNumber",
    "CreditCardSecurityCode",
    "CreditCardExpiration",
    "BankAccountNumber-DE",
    "BankAccountNumber-ES",
    "BankAccountNumber-FR",
    "BankAccountNumber-GB",
    "BankAccountNumber-IT",
    "BankAccountNumber-US",
    "Ssn-US",
    "Ssn-ES",
    "TaxId-DE",
    "TaxId-FR",
    "CpfCode-BR",
    "InseeCode-FR",
    "NationalInsuranceNumber-GB",
    "NhsNumber-GB",
    "DriversLicense-US",
    "PassportNumber-US",
    "VehicleIdentificationNumber",
    "MedicareBeneficiaryNumber-US",
    "ZipCode-US",
];

/// A generator that is fast and no more: the bench measures sealing, not the system's randomness.
struct Counter(u64);

impl Entropy for Counter {
    fn fill(&mut self, place: &mut [u8]) {
        for bytes in place.chunks_mut(8) {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            bytes.iter_mut().zip(self.0.to_be_bytes()).for_each(|(to, from)| *to = from);
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let path = args.next().ok_or("usage: arrival FILE [ROUNDS]")?;
    let rounds: u32 = args.next().map_or(Ok(3), |rounds| rounds.parse())?;
    let text = String::from_utf8(std::fs::read(path)?)?;
    let list =
        IDENTIFIERS.map(|id| format!("\"arn:aws:dataprotection::aws:data-identifier/{id}\"")).join(",");
    let ids = ManagedIds::new(catalog::all().iter().map(|file| file.id.as_str()));
    let document = format!(
        "{{\"Name\":\"bench\",\"Version\":\"2021-06-01\",\"Statement\":[\
         {{\"DataIdentifier\":[{list}],\"Operation\":{{\"Audit\":{{\"FindingsDestination\":{{}}}}}}}},\
         {{\"DataIdentifier\":[{list}],\"Operation\":{{\"Deidentify\":{{\"MaskConfig\":{{}}}}}}}}]}}"
    );
    let policies = EffectivePolicy::merge(None, Some(DataProtectionPolicy::parse(&document, &ids)?));
    let thirty = Protection::compile(&policies, &Settings::default(), None, &Scanners::new())?;
    for (name, protection) in [("30 identifiers, sealed", &thirty), ("no policy", &Protection::none())] {
        let figures = (0..rounds).map(|_| measure(&text, protection)).collect::<Result<Vec<_>, _>>()?;
        let best = figures.into_iter().min_by(|one, other| one.cpu_s.total_cmp(&other.cpu_s));
        let best = best.ok_or("at least one round")?;
        let mb = text.len() as f64 / 1e6;
        writeln!(
            std::io::stdout(),
            "{{\"what\":\"{name}\",\"mb\":{mb:.2},\"cpu_s\":{:.4},\"mb_per_s\":{:.1},\"events\":{},\"marks\":{},\"stored_bytes_per_byte\":{:.3}}}",
            best.cpu_s,
            mb / best.cpu_s,
            best.events,
            best.marks,
            best.stored as f64 / text.len() as f64
        )?;
    }
    Ok(())
}

struct Figures {
    cpu_s: f64,
    events: usize,
    marks: usize,
    stored: usize,
}

fn measure(text: &str, protection: &Protection) -> Result<Figures, Box<dyn Error>> {
    let home = Place::new("events").with(&"111122223333").with(&"us-east-1").with(&"group").with(&"stream");
    let key = SpanKey::new(SpanKeyId::new(1), DataKey::new(KeyBytes::copied(&[7; 32]))?);
    let mut entropy = Counter(1);
    let (mut events, mut marks, mut stored) = (0, 0, 0);
    let before = cpu_seconds()?;
    for (number, line) in text.lines().enumerate() {
        let id = EventId::new(1_700_000_000_000, 0, number as u128);
        let times = EventTimes { id, timestamp_ms: 1_700_000_000_000, ingestion_ms: 1_700_000_000_000 };
        let mut sealing = Sealing { key: &key, entropy: &mut entropy };
        let arrival = Arrival { home: &home, times };
        let (event, _) = protect(RawText::new(line.to_owned()), &arrival, protection, &[], &mut sealing)?;
        events += 1;
        marks += event.event().marks().len();
        stored += Stored::of(&event).as_bytes().len();
    }
    Ok(Figures { cpu_s: cpu_seconds()? - before, events, marks, stored })
}

/// CPU time of this thread (proc(5), `schedstat`: nanoseconds on the processor).
fn cpu_seconds() -> Result<f64, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/schedstat")?;
    let nanoseconds: f64 = stat.split_whitespace().next().ok_or("empty schedstat")?.parse()?;
    Ok(nanoseconds / 1e9)
}
