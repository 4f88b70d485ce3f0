//! `sotto functions invoke`: an event goes to a function, its answer to standard output.

use super::events::event_of;
use crate::args::FunctionsInvokeArgs;
use crate::fault::{Fault, Verdict};
use crate::out;
use crate::remote::{Remote, own, shown};
use anyhow::Result;
use sotto_sensitive::{RawBytes, RawText};
use sotto_wire::{Output, client};
use std::io::Write;

pub(super) fn run(args: &FunctionsInvokeArgs) -> Result<Verdict> {
    let remote = Remote::new(&args.remote)?;
    let event = event_of(args.event.as_deref(), &args.events)?;
    let kind = if args.later { "Event" } else { "RequestResponse" };
    let mut input = asked(&args.name, event).with("InvocationType", own(kind));
    if args.log {
        input.set("LogType", own("Tail"));
    }
    answer(&remote, input)
}

/// What is asked.
pub(super) fn asked(name: &str, event: RawBytes) -> Output {
    Output::new().with("FunctionName", own(name)).with("Payload", client::bytes(event))
}

/// Asks, and writes what came: whether it failed is the verdict.
pub(super) fn answer(remote: &Remote, input: Output) -> Result<Verdict> {
    let mut answer = remote.ask("lambda", "Invoke", input)?;
    if let Some(log) = answer.raw("LogResult").and_then(decoded) {
        shown(&log).lines().for_each(out::say);
    }
    let failed = answer.has("FunctionError");
    if let Some(payload) = answer.take_bytes("Payload") {
        let mut out = out::buffered();
        let written =
            out.write_all(bytes_of(&payload)).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush());
        written.map_err(|error| Fault::output(&error))?;
    }
    Ok(if failed { Verdict::Found } else { Verdict::Fine })
}

#[expect(clippy::disallowed_methods, reason = "a function's answer goes to whoever invoked it")]
fn bytes_of(payload: &RawBytes) -> &[u8] {
    payload.expose()
}

/// The end of a log out of base64 (RFC 4648, section 4).
fn decoded(text: &RawText) -> Option<RawText> {
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0_u32);
    for byte in shown(text).bytes().filter(|byte| *byte != b'=') {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(digit);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).ok()?);
        }
    }
    RawText::from_bytes(RawBytes::new(bytes)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_come_out_of_base64() {
        // RFC 4648, section 10.
        for (text, wanted) in [("Zm9vYmFy", "foobar"), ("Zm9vYg==", "foob"), ("", "")] {
            assert_eq!(shown(&decoded(&RawText::new(text.to_owned())).unwrap()), wanted);
        }
        assert!(decoded(&RawText::new("#".to_owned())).is_none());
    }
}
