//! What structure has a file? As `--syntax` says, otherwise by its name.

use crate::args::SyntaxArg;
use crate::inputs::Source;
use sotto_protect::{Csv, Delimiter, Syntax};
use std::path::Path;

/// The structure of a file.
pub(crate) enum Kind {
    Auto,
    Text,
    Json,
    Csv(Csv),
}

/// The structure of an input. The name behind `.gz` or `.zst` counts.
pub(crate) fn kind_of(asked: SyntaxArg, source: &Source, csv: &Csv) -> Kind {
    let ending = match source {
        Source::StandardInput => String::new(),
        Source::File(path) => ending(path),
    };
    let csv = || match ending.as_str() {
        "tsv" => Csv { delimiter: Delimiter::Tab, ..csv.clone() },
        _ => csv.clone(),
    };
    match (asked, ending.as_str()) {
        (SyntaxArg::Csv, _) | (SyntaxArg::Auto, "csv" | "tsv") => Kind::Csv(csv()),
        (SyntaxArg::Json, _) | (SyntaxArg::Auto, "json") => Kind::Json,
        (SyntaxArg::Text, _) => Kind::Text,
        (SyntaxArg::Auto, _) => Kind::Auto,
    }
}

fn ending(path: &Path) -> String {
    let ending = |path: &Path| {
        path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default()
    };
    match ending(path).as_str() {
        "gz" | "zst" => ending(&path.with_extension("")),
        plain => plain.to_owned(),
    }
}

impl From<Kind> for Syntax {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Auto => Self::Auto,
            Kind::Text => Self::Text,
            Kind::Json => Self::Json,
            Kind::Csv(csv) => Self::Csv(csv),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_decide_behind_packing() {
        let kind = |name: &str| kind_of(SyntaxArg::Auto, &Source::File(name.into()), &Csv::default());
        assert!(matches!(kind("a.CSV.gz"), Kind::Csv(csv) if csv.delimiter == Delimiter::Comma));
        assert!(matches!(kind("a.tsv"), Kind::Csv(csv) if csv.delimiter == Delimiter::Tab));
        assert!(matches!(kind("a.json.zst"), Kind::Json));
        assert!(matches!(kind("a.jsonl"), Kind::Auto) && matches!(kind("a.log.gz"), Kind::Auto));
        assert!(matches!(
            kind_of(SyntaxArg::Text, &Source::File("a.csv".into()), &Csv::default()),
            Kind::Text
        ));
    }
}
