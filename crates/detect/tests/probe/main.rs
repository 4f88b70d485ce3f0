//! Scratch.
#![cfg(test)]
use sotto_detect::{Mode, Part, Scanner, Selection};
use sotto_sensitive::RawBytes;
#[test]
fn probe() {
    let aws = std::env::var("AWS").is_ok();
    let mut b = Scanner::builder().mode(if aws { Mode::AwsPolicy } else { Mode::Own });
    for id in std::env::var("IDS").unwrap_or("All".into()).split(',') {
        b = b.select(match id { "All" => Selection::All, id => Selection::Id(id.into()) });
    }
    let s = b.build().unwrap();
    for line in std::fs::read_to_string("/tmp/probe.txt").unwrap().lines() {
        let (cut, line) = line.split_once('|').unwrap();
        let text = line.replace("\\n", "\n").replace("\\e", "\u{1b}").into_bytes();
        let show = |d: &[sotto_detect::Detection], t: &str| for d in d {
            println!("  {t} {:?} mask {:?} {} kw {:?} rivals {:?}", d.bytes.range(), d.mask.range(), s.identifier(d.rule), d.keyword.map(|k| s.keyword(k)),
              d.rivals.iter().map(|r| (s.identifier(r.rule).as_str(), r.bytes.range())).collect::<Vec<_>>());
        };
        println!("{line:?}");
        show(&s.scan_bytes(&RawBytes::new(text.clone())), "whole");
        if let Ok(cut) = cut.parse::<usize>() {
            let b = RawBytes::new(text[..cut].to_vec());
            let p = s.scan_part(&Part { bytes: &b, from: 0, end_of_input: false });
            println!("  upto {}", p.upto); show(&p.detections, "part1");
            let b = RawBytes::new(text.clone());
            show(&s.scan_part(&Part { bytes: &b, from: p.upto, end_of_input: true }).detections, "part2");
        }
    }
}
