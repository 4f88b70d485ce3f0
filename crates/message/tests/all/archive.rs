//! How are the published archives read? Just enough of ZIP (APPNOTE 6.3.10, sections 4.3 and 4.4) for files of others' making.

use flate2::read::DeflateDecoder;
use std::collections::HashMap;
use std::io::Read;

/// The files of an archive by name.
pub(crate) fn unzip(archive: &[u8]) -> HashMap<String, Vec<u8>> {
    let short = |at: usize| usize::from(u16::from_le_bytes(archive[at..at + 2].try_into().unwrap()));
    let long = |at: usize| u32::from_le_bytes(archive[at..at + 4].try_into().unwrap()) as usize;
    let end =
        archive.windows(4).rposition(|window| window == b"PK\x05\x06").expect("an end of central directory");
    let (count, mut at) = (short(end + 10), long(end + 16));
    let mut files = HashMap::new();
    for _ in 0..count {
        assert_eq!(&archive[at..at + 4], b"PK\x01\x02");
        let (method, packed, name_bytes) = (short(at + 10), long(at + 20), short(at + 28));
        let name = std::str::from_utf8(&archive[at + 46..at + 46 + name_bytes]).unwrap().to_owned();
        let local = long(at + 42);
        let start = local + 30 + short(local + 26) + short(local + 28);
        let bytes = &archive[start..start + packed];
        let mut plain = Vec::new();
        match method {
            0 => plain.extend_from_slice(bytes),
            _ => assert!(DeflateDecoder::new(bytes).read_to_end(&mut plain).is_ok(), "{name}"),
        }
        files.insert(name, plain);
        at += 46 + name_bytes + short(at + 30) + short(at + 32);
    }
    files
}
