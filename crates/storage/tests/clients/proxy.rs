//! A wire that breaks in the worst moment: a proxy that sees a COMMIT pass and cuts the connection, before or behind it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;

/// Nothing happens.
const PASS: u8 = 0;
/// The next COMMIT does not get through.
pub(crate) const CUT_BEFORE: u8 = 1;
/// The next COMMIT gets through, its answer does not.
pub(crate) const CUT_AFTER: u8 = 2;

/// How a driver sends it: a simple query.
const COMMIT: &[u8] = b"COMMIT\0";

/// A proxy in front of a port of this machine.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    mode: Arc<AtomicU8>,
}

impl Proxy {
    pub(crate) fn start(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let mode = Arc::new(AtomicU8::new(PASS));
        let shared = mode.clone();
        thread::spawn(move || {
            for client in listener.incoming() {
                let server = TcpStream::connect(("127.0.0.1", target)).unwrap();
                join(client.unwrap(), server, shared.clone());
            }
        });
        Self { port, mode }
    }

    /// Cuts once.
    pub(crate) fn cut(&self, mode: u8) {
        self.mode.store(mode, Ordering::SeqCst);
    }

    /// Whether the cut has happened.
    pub(crate) fn has_cut(&self) -> bool {
        self.mode.load(Ordering::SeqCst) == PASS
    }
}

fn join(client: TcpStream, server: TcpStream, mode: Arc<AtomicU8>) {
    let (mut back_from, mut back_to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    thread::spawn(move || {
        let _ = std::io::copy(&mut back_from, &mut back_to);
        let _ = back_to.shutdown(Shutdown::Both);
    });
    thread::spawn(move || {
        forward(client, server, &mode);
    });
}

fn forward(mut client: TcpStream, mut server: TcpStream, mode: &AtomicU8) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = client.read(&mut buffer) {
        let bytes = &buffer[..count];
        let commits = bytes.windows(COMMIT.len()).any(|window| window == COMMIT);
        let cut = if commits { mode.swap(PASS, Ordering::SeqCst) } else { PASS };
        if cut == CUT_AFTER {
            let _ = client.shutdown(Shutdown::Both);
        }
        if cut != CUT_BEFORE && server.write_all(bytes).is_err() {
            break;
        }
        if cut != PASS {
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Write);
}
