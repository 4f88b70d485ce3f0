//! Which logs does a measurement read? This program writes them: plain logs of a stated size, labelled JSONL, and worst
//! cases. It knows the public formats of values and nothing of sotto's rules, so that agreement means something.

mod catalog;
mod checks;
mod doc;
mod lines;
mod noise;
mod plant;
mod rng;
mod traps;
mod values;
mod worst;

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use catalog::Plant;
use doc::Doc;
use rng::Rng;

const HELP: &str = "sotto-loggen [--seed N] (--mb N [--density PERCENT] | --labelled RECORDS | --worst MODE [--mb N])
  --mb N          plain log of N million bytes on standard output (values planted in PERCENT of the records, 2 if not said)
  --labelled N    N records {\"id\",\"text\",\"spans\"} as JSON lines (values in half of the records)
  --worst MODE    N million bytes (10 if not said) of one of: ";

/// Seeds from here on also write the reserved kinds of records.
const HELD_OUT_SEED: u64 = 1000;

#[derive(Default)]
struct Options {
    seed: u64,
    mb: Option<u64>,
    labelled: Option<u64>,
    worst: Option<String>,
    density: Option<u64>,
}

fn main() -> ExitCode {
    let Some(options) = parse(std::env::args().skip(1)) else {
        eprintln!("{HELP}{}", worst::MODES.join(" "));
        return ExitCode::from(2);
    };
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    match write(&options, &mut out).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot write: {:?}", error.kind());
            ExitCode::FAILURE
        }
    }
}

fn parse(mut args: impl Iterator<Item = String>) -> Option<Options> {
    let mut options = Options {
        seed: 1,
        ..Options::default()
    };
    while let Some(flag) = args.next() {
        let value = args.next()?;
        match flag.as_str() {
            "--seed" => options.seed = value.parse().ok()?,
            "--mb" => options.mb = Some(value.parse().ok()?),
            "--labelled" => options.labelled = Some(value.parse().ok()?),
            "--density" => options.density = Some(value.parse().ok()?),
            "--worst" => options.worst = Some(value).filter(|m| worst::MODES.contains(&m.as_str())),
            _ => return None,
        }
    }
    (options.mb.is_some() || options.labelled.is_some() || options.worst.is_some()).then_some(options)
}

fn write(options: &Options, out: &mut impl Write) -> io::Result<()> {
    match (&options.worst, options.labelled) {
        (Some(mode), _) => write_worst(options, mode, out),
        (None, Some(records)) => write_labelled(options.seed, records, out),
        (None, None) => write_plain(options, out),
    }
}

fn write_labelled(seed: u64, records: u64, out: &mut impl Write) -> io::Result<()> {
    for id in 0..records {
        let mut rng = Rng::for_record(seed, id);
        let doc = record(&mut rng, 50, seed >= HELD_OUT_SEED);
        writeln!(out, "{}", doc.record(id))?;
    }
    Ok(())
}

fn write_plain(options: &Options, out: &mut impl Write) -> io::Result<()> {
    let (bytes, density) = (
        options.mb.unwrap_or(1) * 1_000_000,
        options.density.unwrap_or(2) as usize,
    );
    let (mut written, mut id) = (0, 0);
    while written < bytes {
        let mut rng = Rng::for_record(options.seed, id);
        let doc = record(&mut rng, density, options.seed >= HELD_OUT_SEED);
        writeln!(out, "{}", doc.text)?;
        written += doc.text.len() as u64 + 1;
        id += 1;
    }
    Ok(())
}

fn write_worst(options: &Options, mode: &str, out: &mut impl Write) -> io::Result<()> {
    let bytes = options.mb.unwrap_or(10) * 1_000_000;
    let (mut written, mut n) = (0, 0);
    while written < bytes {
        let mut rng = Rng::for_record(options.seed, n);
        let piece = worst::piece(&mut rng, mode).unwrap_or_default();
        out.write_all(piece.as_bytes())?;
        written += piece.len() as u64;
        n += 1;
    }
    writeln!(out)
}

/// One record; values are planted in `density` percent of them.
fn record(rng: &mut Rng, density: usize, held_out: bool) -> Doc {
    let plants = if rng.chance(density) {
        plants(rng)
    } else {
        Vec::new()
    };
    if plants.is_empty() && rng.chance(3) {
        return Doc::plain(format!(
            "{} DEBUG chain:\n{}",
            noise::iso(rng),
            traps::armour(rng)
        ));
    }
    let kinds = if plants.iter().any(plant::block) {
        lines::BLOCKS
    } else if held_out && rng.chance(33) {
        lines::RESERVED
    } else {
        lines::COMMON
    };
    rng.pick_ref(kinds)
        .map_or_else(Doc::default, |line| line(rng, &plants))
}

/// One value, at times two or three.
fn plants(rng: &mut Rng) -> Vec<Plant> {
    let n = rng.pick(&[1, 1, 1, 1, 2, 2, 3]);
    let all: Vec<Plant> = (0..n).map(|_| catalog::draw(rng)).collect();
    if all.iter().any(plant::block) {
        all.into_iter().filter(plant::block).take(1).collect()
    } else {
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_writes_the_same_bytes() {
        let run = |seed| {
            let mut out = Vec::new();
            write_labelled(seed, 200, &mut out).expect("memory takes it");
            out
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
    }

    #[test]
    fn every_mode_of_the_help_text_writes() {
        let mut rng = Rng::for_record(1, 1);
        assert!(worst::MODES.iter().all(|m| worst::piece(&mut rng, m).is_some()));
    }

    #[test]
    fn spans_never_overlap_and_stay_inside() {
        for id in 0..3000 {
            let doc = record(&mut Rng::for_record(1001, id), 60, true);
            let mut spans = doc.spans.clone();
            spans.sort_by_key(|s| s.start);
            assert!(
                spans
                    .iter()
                    .zip(spans.iter().skip(1))
                    .all(|(a, b)| a.end <= b.start),
                "record {id}"
            );
            assert!(spans.iter().all(|s| s.end <= doc.text.chars().count()));
        }
    }
}
