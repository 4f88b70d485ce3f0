//! Which identifiers are built in? The files of `crates/detect/identifiers`, embedded and read once.

use crate::identifier::IdentifierFile;
use std::sync::OnceLock;

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/identifiers.rs"));
}

/// All built-in identifiers, sorted by name.
///
/// Reading happens at the first call. A file that does not read would be a defect of the build; a test reads all.
pub fn all() -> &'static [IdentifierFile] {
    static FILES: OnceLock<Vec<IdentifierFile>> = OnceLock::new();
    FILES.get_or_init(|| {
        let mut files: Vec<_> =
            embedded::FILES.iter().filter_map(|text| IdentifierFile::parse(text).ok()).collect();
        files.sort_by(|a, b| a.id.cmp(&b.id));
        files
    })
}

/// The built-in identifier of that name; case does not matter (AWS's pages spell some in two ways).
pub fn get(id: &str) -> Option<&'static IdentifierFile> {
    all().iter().find(|file| file.id.eq_ignore_ascii_case(id))
}

/// The built-in name that is nearest to a misspelt one, at most three changes away.
pub fn similar(id: &str) -> Option<&'static str> {
    let distances =
        all().iter().map(|file| (changes(&file.id.to_lowercase(), &id.to_lowercase()), file.id.as_str()));
    distances.min().filter(|(distance, _)| *distance <= 3).map(|(_, name)| name)
}

/// Insertions, deletions and substitutions between two words (Levenshtein distance).
fn changes(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, to) in row.iter_mut().skip(1).zip(b.chars()) {
            let above = *cell;
            left = (diagonal + usize::from(from != to)).min(above + 1).min(left + 1);
            (diagonal, *cell) = (above, left);
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_file_reads() {
        for (index, text) in embedded::FILES.iter().enumerate() {
            if let Err(error) = IdentifierFile::parse(text) {
                let id = text.lines().find(|line| line.starts_with("id = ")).unwrap_or("?");
                panic!("file {index} ({id}): {error}");
            }
        }
    }

    #[test]
    fn misspelt_names_have_a_neighbour() {
        assert_eq!(similar("EmailAdress"), Some("EmailAddress"));
        assert_eq!(similar("Completely-Else"), None);
        assert_eq!((changes("kitten", "sitting"), changes("", "abc"), changes("abc", "abc")), (3, 3, 0));
    }

    #[test]
    fn the_managed_identifiers_are_99() {
        let managed = all().iter().filter(|file| file.aws).count();
        assert_eq!(managed, 99);
    }
}
