//! How often was somebody sent away because there was no room? Counted by protocol and kind: nobody is refused unseen.
//!
//! Refusals for other reasons (no right, no such group) are no sign of overload and are not counted here.

use sotto_aws_model::Protocol;
use sotto_wire::Fault;
use std::sync::atomic::{AtomicU64, Ordering};

/// In what a request was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// In one of AWS's protocols.
    Aws(Protocol),
    /// OTLP over HTTP.
    Otlp,
    /// Lines over HTTP.
    Lines,
    /// Syslog: it is read on later, nothing is lost.
    Syslog,
}

/// All of them, with the names that counters have.
const PROTOCOLS: [(Asked, &str); 9] = [
    (Asked::Aws(Protocol::Json), "json"),
    (Asked::Aws(Protocol::Query), "query"),
    (Asked::Aws(Protocol::Ec2), "ec2"),
    (Asked::Aws(Protocol::RestJson), "rest-json"),
    (Asked::Aws(Protocol::RestXml), "rest-xml"),
    (Asked::Aws(Protocol::RpcV2Cbor), "rpc-v2-cbor"),
    (Asked::Otlp, "otlp"),
    (Asked::Lines, "lines"),
    (Asked::Syslog, "syslog"),
];

/// What kind of refusal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Whoever asks does so too often.
    Throttled,
    /// The server has no room, or its store does not answer.
    Unavailable,
}

const KINDS: [(Kind, &str); 2] = [(Kind::Throttled, "throttled"), (Kind::Unavailable, "unavailable")];

/// Counters.
#[derive(Default)]
pub(crate) struct Refusals([[AtomicU64; KINDS.len()]; PROTOCOLS.len()]);

impl Refusals {
    /// Counts a refusal, where it is one of these.
    pub(crate) fn count(&self, asked: Asked, fault: &Fault) {
        let kind = match fault.code(Protocol::Json) {
            code if code.contains("Throttl") => Kind::Throttled,
            code if code.starts_with("ServiceUnavailable") => Kind::Unavailable,
            _ => return,
        };
        let protocol = PROTOCOLS.iter().position(|(one, _)| *one == asked);
        let kind = KINDS.iter().position(|(one, _)| *one == kind);
        let of_protocol = protocol.and_then(|at| self.0.get(at));
        if let Some(counter) = of_protocol.zip(kind).and_then(|(counters, kind)| counters.get(kind)) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Protocol, kind and count of each.
    pub(crate) fn counts(&self) -> Vec<(&'static str, &'static str, u64)> {
        let mut all = Vec::with_capacity(KINDS.len() * PROTOCOLS.len());
        for ((_, protocol), counters) in PROTOCOLS.iter().zip(&self.0) {
            for ((_, kind), counter) in KINDS.iter().zip(counters) {
                all.push((*protocol, *kind, counter.load(Ordering::Relaxed)));
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_wire::Common;

    #[test]
    fn refusals_for_want_of_room_are_counted_and_no_others() {
        let refusals = Refusals::default();
        for (asked, fault) in [
            (Asked::Aws(Protocol::Query), Fault::common(Common::Throttling, "slow down")),
            (Asked::Otlp, Fault::common(Common::Unavailable, "no room")),
            (Asked::Aws(Protocol::Json), Fault::new("ServiceUnavailableException", "no room")),
            (Asked::Aws(Protocol::Json), Fault::common(Common::AccessDenied, "no")),
        ] {
            refusals.count(asked, &fault);
        }
        let counted: Vec<_> = refusals.counts().into_iter().filter(|(.., count)| *count > 0).collect();
        let wanted = [("json", "unavailable", 1), ("query", "throttled", 1), ("otlp", "unavailable", 1)];
        assert_eq!(counted, wanted);
    }
}
