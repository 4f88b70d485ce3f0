//! Does the program keep its bounds, cancel, read what is encrypted, and refuse what it must?

use crate::program::{Outcome, Program, insights, read_outcome, request, send, with_key};
use crate::rows::{START_MS, events, stream, write_segment};
use sotto_query::engine::{Failure, FrameKind, Query, write_message};
use std::io::Read;
use std::path::PathBuf;
use std::time::{Duration, Instant};

const KEY: &[u8] = b"0123456789abcdef";

struct Bench {
    program: Program,
    segment: PathBuf,
}

fn bench(name: &str, arguments: &[&str]) -> Bench {
    let program = Program::start(name, arguments);
    let segment = program.folder.join("a.parquet");
    write_segment(&segment, &events(3_000), None);
    Bench { program, segment }
}

fn values(outcome: &Outcome) -> Vec<Vec<Option<&str>>> {
    outcome.rows.iter().map(|row| row.values.iter().map(|value| value.as_deref()).collect()).collect()
}

#[test]
fn a_row_says_which_event_it_is_and_what_was_read() {
    let Bench { program, segment } = bench("rows", &[]);
    let outcome = program.run(
        insights(
            "filter level = 'ERROR' | fields level, @log, unmask(@message) as open, @ptr | limit 2",
            &[&segment],
        ),
        &[],
    );
    assert_eq!(outcome.columns, ["level", "@log", "open", "@ptr"]);
    let statistics = outcome.end.as_ref().unwrap();
    assert_eq!((statistics.records_scanned, statistics.groups_scanned), (3_000, 1));
    assert!(statistics.records_matched > 2 && statistics.records_matched < 3_000, "{statistics:?}");
    assert_eq!(statistics.bytes_scanned, segment.metadata().unwrap().len());
    let event = outcome.rows[0].event.clone().unwrap();
    assert_eq!((event.group, event.event.len()), (0, 56), "{}", event.event);
    assert!(
        outcome
            .rows
            .iter()
            .all(|row| row.values[2].as_deref().is_some_and(|text| text.contains("****@*******")))
    );
    assert_eq!(values(&outcome)[0][1], Some("111122223333:/app/shop"));
    assert_eq!(values(&outcome)[0][3], None);
    let counted = program.run(insights("stats count(*)", &[&segment]), &[]);
    assert_eq!((counted.rows.len(), counted.rows[0].event.is_none()), (1, true));
    assert_eq!(counted.end.unwrap().records_matched, 3_000);
}

#[test]
fn the_range_holds_for_segments_and_hot_rows() {
    let Bench { program, segment } = bench("range", &[]);
    let all = events(4_000);
    let hot = stream(&all[3_000..]);
    let mut asked = insights("stats count(*), min(@timestamp), max(@timestamp)", &[&segment]);
    (asked.start_ms, asked.end_ms) = (all[2_990].timestamp, all[3_009].timestamp);
    let outcome = program.run(asked.clone(), std::slice::from_ref(&hot));
    assert_eq!(values(&outcome)[0][0], Some("20"), "both ends belong to the range");
    assert_eq!(outcome.end.unwrap().records_scanned, 20);
    (asked.start_ms, asked.end_ms) = (0, START_MS - 1);
    assert_eq!(values(&program.run(asked, &[hot]))[0][0], Some("0"));
    let mut own = insights("stats count(*)", &[&segment]);
    own.groups[0].start_ms = all[2_995].timestamp;
    own.groups.insert(0, own.groups[0].clone());
    (own.groups[0].start_ms, own.end_ms) = (all[2_999].timestamp, all[2_999].timestamp);
    assert_eq!(
        values(&program.run(own, &[]))[0][0],
        Some("6"),
        "each group's own range holds: one event and five"
    );
    let nothing = program.run(insights("fields @message", &[]), &[]);
    assert_eq!((nothing.rows.len(), nothing.end.unwrap().records_scanned), (0, 0));
}

#[test]
fn patterns_group_what_messages_share() {
    let Bench { program, segment } = bench("pattern", &[]);
    let outcome = program.run(insights("filter @message like 'took' | pattern @message", &[&segment]), &[]);
    assert_eq!(outcome.columns, ["@pattern", "@ratio", "@sampleCount", "@severityLabel"]);
    let shapes = values(&outcome);
    assert_eq!(shapes.len(), 3 * 4, "three levels and four endings");
    assert!(
        shapes.iter().all(|row| row[0].is_some_and(|shape| shape.contains("user=<*> took <*> mail <*>"))),
        "{shapes:?}"
    );
    let ratios: f64 = shapes.iter().filter_map(|row| row[1]?.parse::<f64>().ok()).sum();
    assert!((ratios - 1.0).abs() < 1e-9);
    let counts: Vec<f64> = shapes.iter().filter_map(|row| row[2]?.parse().ok()).collect();
    assert!(counts.is_sorted_by(|a, b| a >= b), "most frequent first");
}

#[test]
fn why_something_is_masked_can_be_asked() {
    let Bench { program, segment } = bench("masked", &[]);
    let asked = "filter @masked.0.identifier = 'EmailAddress' and @masked.0.length > 10 | stats count(*) by @masked.0.identifier as what";
    let outcome = program.run(insights(asked, &[&segment]), &[]);
    assert_eq!(values(&outcome), [[Some("EmailAddress"), Some("3000")]]);
    let listed =
        program.run(insights("unnest @masked into mask | fields mask.length | limit 1", &[&segment]), &[]);
    assert_eq!(values(&listed)[0].last(), Some(&Some("12")));
}

#[test]
fn encrypted_segments_open_with_their_key_at_their_place_only() {
    let program = Program::start("encrypted", &[]);
    let segment = program.folder.join("e.parquet");
    write_segment(&segment, &events(500), Some((KEY, b"here")));
    let asked = || insights("stats count(*) by level", &[&segment]);
    let opened = program.run(with_key(asked(), KEY, b"here"), &[]);
    assert!(opened.end.is_ok() && opened.rows.len() > 3);
    for refused in
        [asked(), with_key(asked(), b"fedcba9876543210", b"here"), with_key(asked(), KEY, b"there")]
    {
        assert_eq!(program.run(refused, &[]).end, Err(Failure::Segment));
    }
    let sql = request(Query::Sql("select count(\"level\") from logs".to_owned()), &[&segment]);
    assert!(program.run(with_key(sql, KEY, b"here"), &[]).end.is_ok());
}

#[test]
fn sql_reads_one_table_and_nothing_else() {
    let Bench { program, segment } = bench("sql", &[]);
    let sql = |text: &str| program.run(request(Query::Sql(text.to_owned()), &[&segment]), &[]);
    let outcome = sql(
        "SELECT \"level\", count(*) AS c, max(cast(\"latency\" AS double)) FROM logs GROUP BY 1 ORDER BY c DESC",
    );
    assert!(outcome.end.is_ok(), "{outcome:?}");
    assert_eq!(outcome.columns[..2], ["level", "c"]);
    let count: u64 = values(&outcome).iter().filter_map(|row| row[1]?.parse::<u64>().ok()).sum();
    assert_eq!(count, 3_000);
    let joined = sql(
        "select a.\"@message\" from logs a join logs b on a.\"@timestamp\" = b.\"@timestamp\" where b.\"nested.code\" = '3' limit 3",
    );
    assert_eq!(joined.rows.len(), 3, "{joined:?}");
    let path = segment.to_str().unwrap();
    let refused = [
        "select * from nothing".to_owned(),
        "select nothing from logs".to_owned(),
        format!("select * from '{path}'"),
        format!("select * from \"{path}\""),
        format!("copy logs to '{path}.csv'"),
        "create view v as select 1".to_owned(),
        "select * from information_schema.tables".to_owned(),
        "set datafusion.execution.batch_size = 1".to_owned(),
        "select 1; select 2".to_owned(),
        "insert into logs select * from logs".to_owned(),
    ];
    refused.iter().for_each(|text| assert_eq!(sql(text).end, Err(Failure::Sql), "{text}"));
    let bounded = request(Query::Sql("select \"@message\" from logs".to_owned()), &[&segment]);
    let mut bounded = bounded;
    bounded.rows_max = 7;
    assert_eq!(program.run(bounded, &[]).rows.len(), 7);
}

#[test]
fn a_request_that_is_none_gets_an_exact_cause() {
    let Bench { program, segment } = bench("causes", &[]);
    let mut other = insights("fields a", &[&segment]);
    other.version += 1;
    assert_eq!(program.run(other, &[]).end, Err(Failure::Version));
    let missing = program.folder.join("missing.parquet");
    assert_eq!(program.run(insights("fields a", &[&missing]), &[]).end, Err(Failure::Segment));
    let broken = program.folder.join("broken.parquet");
    std::fs::copy(program.folder.join("a.parquet"), &broken).unwrap();
    std::fs::OpenOptions::new().write(true).open(&broken).unwrap().set_len(900).unwrap();
    assert_eq!(program.run(insights("fields a", &[&broken]), &[]).end, Err(Failure::Segment));
    assert_eq!(
        program.run(insights("fields a", &[&segment]), &[b"no stream".to_vec()]).end,
        Err(Failure::Request)
    );
    for content in [b"{}".as_slice(), b"", b"\xff\xff"] {
        let mut stream = program.connect();
        send(&mut stream, FrameKind::Message, content);
        assert_eq!(read_outcome(&mut stream).end, Err(Failure::Request));
    }
}

/// A join of the segment with itself without a condition: millions of rows.
const LONG: &str = "select count(*) from logs a, logs b, logs c where a.\"@message\" > b.\"@message\" and b.\"@message\" > c.\"@message\"";

#[test]
fn time_is_bounded_and_a_closed_connection_cancels() {
    let Bench { mut program, segment } = bench("time", &[]);
    let mut slow = request(Query::Sql(LONG.to_owned()), &[&segment]);
    slow.time_ms_max = 300;
    let begun = Instant::now();
    assert_eq!(program.run(slow.clone(), &[]).end, Err(Failure::Time));
    assert!(begun.elapsed() < Duration::from_secs(20));
    slow.time_ms_max = 600_000;
    let mut left = program.connect();
    send(&mut left, FrameKind::Message, &write_message(&slow).unwrap());
    let mut first = [0; 1];
    left.read_exact(&mut first).unwrap();
    drop(left);
    let quick = program.run(insights("stats count(*)", &[&segment]), &[]);
    assert!(quick.end.is_ok() && program.is_running());
}

#[test]
fn memory_is_bounded_and_the_program_lives_on() {
    let Bench { mut program, segment } = bench("memory", &["--memory-bytes", "2147483648"]);
    let text = "select count(*) from (select distinct a.\"@message\" || b.\"@message\" from logs a, logs b)";
    let outcome = program.run(request(Query::Sql(text.to_owned()), &[&segment]), &[]);
    assert_eq!(outcome.end, Err(Failure::Memory));
    assert!(program.is_running());
    assert!(program.run(insights("stats count(*)", &[&segment]), &[]).end.is_ok());
}

#[test]
fn hot_rows_of_all_queries_share_a_bound() {
    let Bench { mut program, segment } = bench("hot", &["--memory-bytes", "536870912"]);
    let block = || vec![0; 50 * 1024 * 1024];
    let asked = || insights("stats count(*)", &[&segment]);
    // A quarter of the address space is for them: two blocks fit (and are no rows), three do not.
    assert_eq!(program.run(asked(), &[block(), block()]).end, Err(Failure::Request));
    assert_eq!(program.run(asked(), &[block(), block(), block()]).end, Err(Failure::Memory));
    let events = events(10);
    let held = stream(&events);
    let read = program.run(insights("stats count(*)", &[]), std::slice::from_ref(&held)).end.unwrap();
    assert!(read.bytes_scanned > 0 && read.bytes_scanned <= held.len() as u64 * 2, "{read:?}");
    assert!(program.is_running());
}

#[test]
fn several_queries_run_at_once_and_the_end_of_the_server_is_the_end() {
    let Bench { mut program, segment } = bench("many", &[]);
    let counts: Vec<String> = std::thread::scope(|scope| {
        let asked = (0..8).map(|_| {
            scope.spawn(|| {
                let outcome = program
                    .run(insights("stats count(*) by bin(1d) | stats sum(`count(*)`)", &[&segment]), &[]);
                values(&outcome)[0][0].unwrap_or_default().to_owned()
            })
        });
        let asked: Vec<_> = asked.collect();
        asked.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(counts.iter().all(|count| count == "3000"), "{counts:?}");
    assert!(program.close(), "it ends with its parent");
    assert!(!program.folder.join("socket").exists());
}
