//! How much of everything does the server take? One list, so that no queue, wait or size is without a bound.
//!
//! Sizes of bodies belong to the services and stand in `sotto_api`; AWS's own limits are cited there.

use std::time::Duration;

/// Connections at one time; further ones wait in the system's queue.
pub(crate) const CONNECTIONS_MAX: usize = 4_096;
/// Requests that are worked on at one time where nothing else is said; further ones wait a moment and are answered as overload.
pub(crate) const REQUESTS_MAX: usize = 2_048;
/// How long a request waits for its turn before its body is read.
pub(crate) const TURN_TIME_MAX: Duration = Duration::from_secs(2);
/// How long a request waits for room for its body.
pub(crate) const BODY_ROOM_TIME_MAX: Duration = Duration::from_secs(10);
/// Bytes of all bodies that are being read or worked on at one time; further ones wait.
pub(crate) const BODIES_BYTES_MAX: usize = 512 << 20;
/// Bytes of a request's line and headers: states of Lex are up to 16 KiB of base64 each.
pub(crate) const HEADERS_BYTES_MAX: usize = 64 << 10;
/// Headers of a request.
pub(crate) const HEADER_COUNT_MAX: usize = 256;
/// Requests at one time on one HTTP/2 connection.
pub(crate) const STREAMS_MAX: u32 = 128;
/// Until a connection's first byte.
pub(crate) const FIRST_BYTE_TIME_MAX: Duration = Duration::from_secs(15);
/// Until the TLS handshake is done.
pub(crate) const HANDSHAKE_TIME_MAX: Duration = Duration::from_secs(15);
/// Until a request's headers are there, idle time of a kept connection included.
pub(crate) const HEADERS_TIME_MAX: Duration = Duration::from_secs(75);
/// Until a request's body is there.
pub(crate) const BODY_TIME_MAX: Duration = Duration::from_secs(300);
/// Between two looks at the certificate's file.
pub(crate) const CERTIFICATE_LOOK: Duration = Duration::from_secs(30);
/// After an error of `accept`, such as too many open files.
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// What running requests get when the server is asked to end.
pub(crate) const GRACE: Duration = Duration::from_secs(20);

/// Between two checkpoints of the trail where nothing is said.
pub(crate) const CHECKPOINT_EVERY: Duration = Duration::from_secs(3_600);
/// What may be said.
pub(crate) const CHECKPOINT_EVERY_RANGE: std::ops::RangeInclusive<Duration> =
    Duration::from_secs(10)..=Duration::from_secs(86_400);
