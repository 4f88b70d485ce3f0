//! `sotto quickstart --bot`: an example bot on a server of its own, ready to be talked with.
//!
//! The code hook of the example is a function, and functions are run as the server's user only where somebody says so. Here the user
//! says so by asking for it, and the code is this program's own; the settings stand in a file, so that the next start has them, too.

use super::cast::administrator;
use super::server::Server;
use super::{again, exports, say};
use crate::args::{ExampleArg, QuickstartArgs};
use crate::bots::Example;
use crate::fault::Fault;
use anyhow::Result;
use std::io::Write;
use std::path::PathBuf;

/// What the server is told.
const SETTINGS: &[u8] = b"[serve.functions]\nenabled = true\n";

/// Writes the settings; where they are.
pub(super) fn settings(args: &QuickstartArgs) -> Result<PathBuf> {
    std::fs::create_dir_all(&args.data).map_err(|error| Fault::file(&args.data, &error))?;
    let path = args.data.join("quickstart.toml");
    let written = std::fs::File::create(&path).and_then(|mut file| file.write_all(SETTINGS));
    written.map_err(|error| Fault::file(&path, &error))?;
    Ok(path)
}

/// Makes the bot, and says what to go on with.
pub(super) fn tell(server: &Server, args: &QuickstartArgs, which: ExampleArg) -> Result<()> {
    let operator = administrator(&server.as_root()?, "operator")?;
    let example = Example::of(which);
    say(&format!("A server runs on {}, its data is in {}.", server.endpoint(), args.data.display()))?;
    let made = example.make(server.as_whom(&operator)?)?;
    let options = format!(" --config {}", args.data.join("quickstart.toml").display());
    say(&format!(
        "{}\nGo on as the operator of the account:\n{}{}",
        example.story(&made, None),
        exports(server.endpoint(), &operator),
        again(args, &options)
    ))
}
