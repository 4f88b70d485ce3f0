//! How many answers a second does a server give to one request? Bytes of a file go out on some connections, one request at a
//! time on each, until the time is over; the answers' statuses and times are counted.
//!
//! usage: sotto-load ADDRESS REQUEST-FILE CONNECTIONS SECONDS
//!
//! Prints one JSON object. A request that was signed once stays good for five minutes, so that the client costs next to
//! nothing; and it is one thread, so that it can be kept off the server's processor.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Bytes of an answer at most.
const ANSWER_BYTES_MAX: usize = 1 << 20;

struct Connection {
    address: String,
    stream: TcpStream,
    /// Whether the server ends the connection after this answer, as development servers do.
    ends: bool,
    sent: Instant,
    got: Vec<u8>,
}

fn main() -> io::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [address, file, connections, seconds] = args.as_slice() else {
        eprintln!("usage: sotto-load ADDRESS REQUEST-FILE CONNECTIONS SECONDS");
        std::process::exit(2);
    };
    let request = std::fs::read(file)?;
    let connections: usize = connections.parse().map_err(io::Error::other)?;
    let seconds: f64 = seconds.parse().map_err(io::Error::other)?;
    let mut open = (0..connections).map(|_| Connection::open(address)).collect::<io::Result<Vec<_>>>()?;
    let (begun, mut micros, mut failed) = (Instant::now(), Vec::new(), 0_u64);
    while begun.elapsed() < Duration::from_secs_f64(seconds) {
        // All are asked before the first one is waited for, so that the server always has work.
        for connection in &mut open {
            connection.send(&request)?;
        }
        for connection in &mut open {
            let status = connection.receive()?;
            micros.push(u32::try_from(connection.sent.elapsed().as_micros()).unwrap_or(u32::MAX));
            failed += u64::from(status != 200);
        }
    }
    report(begun.elapsed(), &mut micros, failed);
    Ok(())
}

fn report(took: Duration, micros: &mut [u32], failed: u64) {
    micros.sort_unstable();
    let at = |share: f64| micros.get(((micros.len() as f64) * share) as usize).copied().unwrap_or(0);
    println!(
        "{{\"requests\":{},\"failed\":{failed},\"per_second\":{:.0},\"p50_us\":{},\"p99_us\":{}}}",
        micros.len(),
        micros.len() as f64 / took.as_secs_f64(),
        at(0.5),
        at(0.99)
    );
}

impl Connection {
    fn open(address: &str) -> io::Result<Self> {
        let stream = connect(address)?;
        Ok(Self { address: address.to_owned(), stream, ends: false, sent: Instant::now(), got: Vec::new() })
    }

    fn send(&mut self, request: &[u8]) -> io::Result<()> {
        self.sent = Instant::now();
        if std::mem::take(&mut self.ends) {
            self.stream = connect(&self.address)?;
        }
        self.stream.write_all(request)
    }

    /// Reads one answer and gives its status.
    fn receive(&mut self) -> io::Result<u16> {
        self.got.clear();
        let mut piece = [0; 16 << 10];
        loop {
            let count = self.stream.read(&mut piece)?;
            if count == 0 || self.got.len() > ANSWER_BYTES_MAX {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.got.extend_from_slice(&piece[..count]);
            if let Some((status, ends)) = whole(&self.got) {
                self.ends = ends;
                return Ok(status);
            }
        }
    }
}

fn connect(address: &str) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    Ok(stream)
}

/// The status, and whether the connection ends, once head and body are there.
fn whole(bytes: &[u8]) -> Option<(u16, bool)> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    let length =
        head.lines().find_map(|line| line.strip_prefix("content-length:"))?.trim().parse::<usize>().ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let ends = head.starts_with("http/1.0") || head.contains("connection: close");
    (bytes.len() >= end + 4 + length).then_some((status, ends))
}
