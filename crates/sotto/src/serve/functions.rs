//! How does this machine run functions? What the settings say, over what is found: interpreters, a folder, users of their own.
//!
//! Functions are somebody else's code. Where nothing is said they are run only where each gets a user of its own, that is by a server
//! that is root. With the server's user they reach what is that user's: Landlock fences files and signals, not the sockets with a
//! path at which a session bus, containers or databases take somebody at his user's word. That is the operator's to say.

use super::options::Options;
use crate::config::EndpointWords;
use crate::fault::Fault;
use crate::functions::{SUPERVISOR, program_folders};
use anyhow::Result;
use sotto_api::{EndpointSettings, FunctionSettings};
use sotto_arn::{AccountId, Region};
use sotto_functions::{Interpreters, PROCESSES_MAX, Pool, Settings, Users};
use sotto_public::Public;
use sotto_sensitive::{RawBytes, RawText};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Seconds that an endpoint may take, and where nothing is said: whoever invokes it waits for 55.
const ENDPOINT_SECONDS_MAX: u64 = 50;
const ENDPOINT_SECONDS: u64 = 10;

/// What functions are run with, where they are.
#[expect(clippy::disallowed_methods, reason = "the operator's settings: the server's own address")]
pub(super) fn settings(options: &Options) -> Result<Option<FunctionSettings>> {
    let endpoints: Vec<_> = options.functions.endpoints.iter().map(endpoint).collect::<Result<_>>()?;
    let processes = processes(options)?;
    if processes.is_none() && endpoints.is_empty() {
        return Ok(None);
    }
    let endpoint = options.functions.endpoint.clone().or_else(|| options.listen.first().map(reached));
    Ok(Some(FunctionSettings { processes, endpoint: endpoint.map(Public::from_pinned_text), endpoints }))
}

/// Whose processes functions are, where they are run.
pub(super) fn users(options: &Options) -> Option<Users> {
    let users = match options.functions.own_users {
        None => Users::fitting(),
        Some(true) => Users::Own,
        Some(false) => Users::Servers,
    };
    are_run(options.functions.enabled, users, Users::fitting()).then_some(users)
}

/// A function that is an address.
#[expect(clippy::disallowed_methods, reason = "the operator's settings: a name and an address")]
fn endpoint(words: &EndpointWords) -> Result<EndpointSettings> {
    let wrong = |what: &str| Fault::usage(format!("the endpoint `{}`: {what}", words.name));
    let seconds = words.timeout.unwrap_or(ENDPOINT_SECONDS);
    if !(1..=ENDPOINT_SECONDS_MAX).contains(&seconds) {
        return Err(wrong("`timeout` is 1 to 50 seconds"));
    }
    let bearer = words.bearer_file.as_deref().map(super::token).transpose()?;
    let bearer = bearer.map(|bytes| RawText::from_bytes(RawBytes::new(bytes.to_vec()))).transpose();
    Ok(EndpointSettings {
        account: AccountId::parse(&words.account).map_err(|_| wrong("`account` is no account id"))?,
        region: Region::parse(&words.region).map_err(|_| wrong("`region` is no Region"))?,
        name: Public::from_pinned_text(words.name.clone()),
        url: Public::from_pinned_text(words.url.clone()),
        bearer: bearer.map_err(|_| wrong("the token is no text"))?,
        ca: words.ca_file.clone(),
        timeout: Duration::from_secs(seconds),
    })
}

/// How processes are started.
fn processes(options: &Options) -> Result<Option<Settings>> {
    let words = options.functions.clone();
    let Some(users) = users(options) else { return Ok(None) };
    let own = std::env::current_exe().map_err(|error| Fault::unavailable(crate::fault::reason(&error)))?;
    let given =
        Interpreters { python: words.python, python_packages: words.python_packages, node: words.node };
    let above = words.folder.unwrap_or_else(std::env::temp_dir);
    let processes = Settings {
        supervisor: (own, vec![SUPERVISOR.into()]),
        folder: above.join(folder_name(&options.data)),
        users,
        interpreters: given.or_found(&program_folders()),
        readable: words.readable,
        processes_max: words.processes_max.map_or(PROCESSES_MAX, usize::from).max(1),
        clients: PathBuf::new(),
    };
    if Pool::try_ground(&processes).is_err() {
        // Everything else goes on: what functions left behind keeps no server from starting.
        super::log::error("functions are switched off: there is no place for their processes", &[]);
        return Ok(None);
    }
    Ok(Some(processes))
}

/// Whether functions are run: as is said, else with users of their own that the server may make.
fn are_run(said: Option<bool>, users: Users, fitting: Users) -> bool {
    said.unwrap_or(users == Users::Own && fitting == Users::Own)
}

/// A name that is the same at each start with the same data: what an earlier run left there goes away then. FNV-1a.
fn folder_name(data: &Path) -> String {
    let data = data.canonicalize().unwrap_or_else(|_| data.to_path_buf());
    let told = data.as_os_str().as_encoded_bytes().iter().fold(0xcbf2_9ce4_8422_2325, |told: u64, byte| {
        (told ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("sotto-functions-{told:016x}")
}

/// How a process of this machine reaches the server: over loopback, where plain HTTP is answered.
fn reached(listen: &SocketAddr) -> String {
    let ip = match listen.ip() {
        ip if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        ip => ip,
    };
    let scheme = if ip.is_loopback() { "http" } else { "https" };
    format!("{scheme}://{}", SocketAddr::new(ip, listen.port()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_share_the_servers_user_only_when_somebody_says_so() {
        use Users::{Own, Servers};
        for (said, users, fitting, wanted) in [
            (None, Own, Own, true),
            (None, Own, Servers, false),
            (None, Servers, Servers, false),
            (None, Servers, Own, false),
            (Some(true), Servers, Servers, true),
            (Some(false), Own, Own, false),
        ] {
            assert_eq!(are_run(said, users, fitting), wanted, "{said:?} {users:?} {fitting:?}");
        }
    }

    #[test]
    fn functions_reach_the_server_where_it_listens() {
        for (listen, wanted) in [
            ("127.0.0.1:4566", "http://127.0.0.1:4566"),
            ("0.0.0.0:4566", "http://127.0.0.1:4566"),
            ("192.0.2.1:443", "https://192.0.2.1:443"),
        ] {
            assert_eq!(reached(&listen.parse().unwrap()), wanted);
        }
        assert_eq!(folder_name(Path::new("/nowhere/a")), folder_name(Path::new("/nowhere/a")));
        assert_ne!(folder_name(Path::new("/nowhere/a")), folder_name(Path::new("/nowhere/b")));
    }
}
