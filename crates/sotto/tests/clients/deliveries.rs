//! Deliveries, findings and metrics, as receivers and clients see them.

use super::Server;
use super::log_groups::{passes, python, script, starting};

/// How many seconds the receiver fails where `SOTTO_FAILING` says nothing else; the long lane has it fail for a minute.
const FAILING: &str = "6";

#[test]
fn deliveries_survive_kills_and_receivers_that_fail() {
    let Some(python) = python() else { return };
    let data = tempfile::tempdir().unwrap();
    let failing = std::env::var("SOTTO_FAILING").unwrap_or_else(|_| FAILING.to_owned());
    passes(starting(&python, "deliveries.py", &data.path().join("data")).arg(failing));
}

#[test]
fn metrics_are_as_documented() {
    let Some(python) = python() else { return };
    let server = Server::start();
    let endpoint = format!("http://{}", server.address);
    passes(server.client(&python).args(["-W", "ignore"]).arg(script("metrics.py")).arg(endpoint));
}
