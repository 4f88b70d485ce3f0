//! How is the server doing? Counters in Prometheus' text form (exposition format 0.0.4).
//!
//! Labels are services that sotto knows, classes of status and outcomes of decisions, names of identifiers: enums; names of groups
//! with what they hold masked, a bounded number of them.
//! Written by hand: ten counters and a histogram need no crate.

use sotto_api::{EventCount, Tally};
use sotto_public::IdentifierId;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of the histogram, in microseconds.
const BUCKETS: [u64; 12] =
    [50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 50_000, 250_000, 1_000_000, 10_000_000];

/// A number that only grows.
#[derive(Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// All that is counted.
#[derive(Default)]
pub(crate) struct Metrics {
    pub(crate) accept_errors: Counter,
    pub(crate) handshake_errors: Counter,
    /// Requests that were refused because too many were running.
    pub(crate) overloads: Counter,
    /// Bytes of bodies that came in.
    pub(crate) body_bytes: Counter,
    opened: Counter,
    closed: Counter,
    classes: [Counter; 6],
    buckets: [Counter; BUCKETS.len() + 1],
    micros: Counter,
}

/// A connection that counts as open.
pub(crate) struct Open<'a>(&'a Metrics);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.closed.add(1);
    }
}

impl Metrics {
    /// A connection was opened.
    pub(crate) fn opened(&self) -> Open<'_> {
        self.opened.add(1);
        Open(self)
    }

    /// A request was answered.
    pub(crate) fn answered(&self, status: u16, took: Duration) {
        if let Some(class) = self.classes.get(usize::from(status / 100)) {
            class.add(1);
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BUCKETS.iter().position(|&bound| micros <= bound).unwrap_or(BUCKETS.len());
        if let Some(bucket) = self.buckets.get(bucket) {
            bucket.add(1);
        }
        self.micros.add(micros);
    }

    /// The text that a scraper reads.
    pub(crate) fn text(
        &self,
        ready: bool,
        findings: &BTreeMap<IdentifierId, u64>,
        in_events: &[EventCount],
    ) -> String {
        let mut text = String::new();
        let _ = writeln!(text, "# TYPE sotto_build_info gauge");
        let _ = writeln!(text, "sotto_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION"));
        let _ = writeln!(text, "# TYPE sotto_ready gauge\nsotto_ready {}", u8::from(ready));
        let open = self.opened.now().saturating_sub(self.closed.now());
        let _ = writeln!(text, "# TYPE sotto_connections_open gauge\nsotto_connections_open {open}");
        for (name, counter) in [
            ("sotto_connections_total", &self.opened),
            ("sotto_accept_errors_total", &self.accept_errors),
            ("sotto_tls_handshake_errors_total", &self.handshake_errors),
            ("sotto_overloads_total", &self.overloads),
            ("sotto_request_body_bytes_total", &self.body_bytes),
        ] {
            let _ = writeln!(text, "# TYPE {name} counter\n{name} {}", counter.now());
        }
        let _ = writeln!(text, "# TYPE sotto_responses_total counter");
        for (class, counter) in self.classes.iter().enumerate().skip(1) {
            let _ = writeln!(text, "sotto_responses_total{{class=\"{class}xx\"}} {}", counter.now());
        }
        let _ = writeln!(text, "# TYPE sotto_findings_total counter");
        for (identifier, count) in findings {
            let _ = writeln!(text, "sotto_findings_total{{identifier=\"{identifier}\"}} {count}");
        }
        let _ = writeln!(text, "# TYPE sotto_event_findings_total counter");
        for EventCount { account, region, group, identifier, rule, count } in in_events {
            // Nothing in these names needs escaping: accounts, Regions, groups and identifiers have no quotes.
            let whose = format!("account=\"{account}\",region=\"{region}\",group=\"{group}\"");
            let what = format!("identifier=\"{identifier}\",rule=\"{rule}\"");
            let _ = writeln!(text, "sotto_event_findings_total{{{whose},{what}}} {count}");
        }
        self.histogram(&mut text);
        text
    }

    fn histogram(&self, text: &mut String) {
        let name = "sotto_response_seconds";
        let _ = writeln!(text, "# TYPE {name} histogram");
        let mut sum = 0;
        let bounds = BUCKETS.iter().map(|&micros| Duration::from_micros(micros).as_secs_f64().to_string());
        for (counter, bound) in self.buckets.iter().zip(bounds.chain(["+Inf".to_owned()])) {
            sum += counter.now();
            let _ = writeln!(text, "{name}_bucket{{le=\"{bound}\"}} {sum}");
        }
        let seconds = Duration::from_micros(self.micros.now()).as_secs_f64();
        let _ = writeln!(text, "{name}_sum {seconds}\n{name}_count {sum}");
    }
}

/// How often somebody was sent away because there was no room, by protocol and kind.
pub(crate) fn refusals(counts: &[(&'static str, &'static str, u64)]) -> String {
    let mut text = "# TYPE sotto_refusals_total counter\n".to_owned();
    for (protocol, kind, count) in counts {
        let _ = writeln!(text, "sotto_refusals_total{{protocol=\"{protocol}\",kind=\"{kind}\"}} {count}");
    }
    text
}

/// What was delivered, is tried again, and was given up.
pub(crate) fn deliveries(tally: Tally) -> String {
    let mut text = "# TYPE sotto_deliveries_total counter\n".to_owned();
    for (outcome, count) in [("arrived", tally.arrived), ("again", tally.again), ("dropped", tally.dropped)] {
        let _ = writeln!(text, "sotto_deliveries_total{{outcome=\"{outcome}\"}} {count}");
    }
    text
}

/// Sign-ins to the console.
pub(crate) fn sign_ins(counts: [(&'static str, u64); 2]) -> String {
    let mut text = "# TYPE sotto_console_sign_ins_total counter\n".to_owned();
    for (outcome, count) in counts {
        let _ = writeln!(text, "sotto_console_sign_ins_total{{outcome=\"{outcome}\"}} {count}");
    }
    text
}

/// Calls whose events were looked at once more, by rules that were put meanwhile.
pub(crate) fn decided_again(count: u64) -> String {
    format!("# TYPE sotto_puts_decided_again_total counter\nsotto_puts_decided_again_total {count}\n")
}

/// Asynchronous events of functions that were given up without having run well.
pub(crate) fn events_given_up(count: u64) -> String {
    format!(
        "# TYPE sotto_function_events_given_up_total counter\nsotto_function_events_given_up_total {count}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_is_counted() {
        let metrics = Metrics::default();
        let open = metrics.opened();
        metrics.answered(200, Duration::from_micros(50));
        metrics.answered(403, Duration::from_micros(51));
        metrics.answered(503, Duration::from_secs(60));
        let findings = [(IdentifierId::new("EmailAddress").unwrap(), 2)].into();
        let found = |id: &str| IdentifierId::new(id).unwrap();
        let in_events = [EventCount {
            account: "111122223333".into(),
            region: "eu-central-1".into(),
            group: "/canary".into(),
            identifier: found("CreditCardNumber"),
            rule: found("card"),
            count: 3,
        }];
        let text = metrics.text(true, &findings, &in_events);
        for line in [
            "sotto_connections_open 1",
            "sotto_ready 1",
            "sotto_findings_total{identifier=\"EmailAddress\"} 2",
            "sotto_event_findings_total{account=\"111122223333\",region=\"eu-central-1\",group=\"/canary\",\
             identifier=\"CreditCardNumber\",rule=\"card\"} 3",
            "sotto_responses_total{class=\"4xx\"} 1",
            "sotto_response_seconds_bucket{le=\"0.00005\"} 1",
            "sotto_response_seconds_bucket{le=\"0.0001\"} 2",
            "sotto_response_seconds_bucket{le=\"10\"} 2",
            "sotto_response_seconds_bucket{le=\"+Inf\"} 3",
            "sotto_response_seconds_count 3",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        drop(open);
        assert!(metrics.text(false, &findings, &in_events).contains("sotto_connections_open 0"));
    }

    #[test]
    fn deliveries_are_counted_by_what_became_of_them() {
        let text = deliveries(Tally { arrived: 2, again: 1, dropped: 0 });
        assert!(text.contains("sotto_deliveries_total{outcome=\"arrived\"} 2\n"), "{text}");
        assert!(text.contains("sotto_deliveries_total{outcome=\"dropped\"} 0\n"), "{text}");
    }
}
