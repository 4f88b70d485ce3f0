//! How do lines get from a process to whoever keeps them? In portions, in order, one portion at a time: while one is being masked
//! and stored, the next gathers.

use crate::deployment::{Deployment, Host, Line};
use sotto_public::Public;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Lines and bytes of a portion; a call of PutLogEvents takes 10,000 and 1 MiB.
const PORTION_LINES_MAX: usize = 1000;
const PORTION_BYTES_MAX: usize = 512 * 1024;

/// Hands lines on until the process and all its readers are gone.
pub(crate) async fn ship(
    host: Arc<dyn Host>,
    of: Arc<Deployment>,
    stream: Public<String>,
    mut taken: mpsc::Receiver<Line>,
) {
    let mut held: Option<Line> = None;
    loop {
        let first = match held.take() {
            Some(line) => line,
            None => match taken.recv().await {
                Some(line) => line,
                None => return,
            },
        };
        let mut bytes = first.text.length();
        let mut portion = vec![first];
        while portion.len() < PORTION_LINES_MAX {
            let Ok(line) = taken.try_recv() else { break };
            bytes += line.text.length();
            if bytes > PORTION_BYTES_MAX {
                held = Some(line);
                break;
            }
            portion.push(line);
        }
        host.log(&of, &stream, portion).await;
    }
}
