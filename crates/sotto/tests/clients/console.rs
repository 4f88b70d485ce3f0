//! The console's page, driven in Debian's Chromium: its own browsers cannot be fetched everywhere.

use super::log_groups::{passes, python, script};
use super::{Server, installed};
use std::path::Path;

#[test]
fn the_console_shows_what_each_store_keeps() {
    let Some(python) = python() else { return };
    let Some(chromium) = installed("/usr/bin/chromium".into()) else { return };
    if !Path::new("/usr/bin/python3").is_file() {
        return;
    }
    let server = Server::start();
    let port = server.address.rsplit(':').next().unwrap();
    let browsers = tempfile::tempdir().unwrap();
    let mut command = server.client(&python);
    command.args(["-W", "ignore"]).arg(script("console.py"));
    command.arg(format!("http://localhost:{port}")).arg(chromium).arg(server.data.path());
    // Screenshots for the documentation: synthetic data, looked at by people.
    command.args(std::env::var_os("SOTTO_SHOTS"));
    // What a browser keeps is no store of ours.
    passes(command.env("HOME", browsers.path()));
}
