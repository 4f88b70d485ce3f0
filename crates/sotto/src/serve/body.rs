//! What is sent behind a head? Bytes that are there, and perhaps more that come into being while the client listens.
//!
//! A task of its own pulls the tail one part at a time, and only when the part before was taken: what a slow client does not
//! take is not kept here. It ends when the client goes away, or when the server does.

use hyper::body::{Body, Bytes, Frame, SizeHint};
use sotto_wire::Tail;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc;

/// Parts that wait for the client.
const PARTS_MAX: usize = 1;

/// A body.
pub(crate) struct Reply {
    first: Option<Bytes>,
    rest: Option<mpsc::Receiver<Vec<u8>>>,
}

impl From<Vec<u8>> for Reply {
    fn from(whole: Vec<u8>) -> Self {
        let first = Some(whole).filter(|bytes| !bytes.is_empty()).map(Bytes::from);
        Self { first, rest: None }
    }
}

impl Reply {
    /// The beginning, and what follows it; call it inside of a runtime.
    pub(crate) fn streaming(first: Vec<u8>, tail: Box<dyn Tail>) -> Self {
        let (parts, rest) = mpsc::channel(PARTS_MAX);
        tokio::spawn(pull(tail, parts));
        Self { rest: Some(rest), ..Self::from(first) }
    }
}

async fn pull(mut tail: Box<dyn Tail>, parts: mpsc::Sender<Vec<u8>>) {
    loop {
        let part = tokio::select! {
            part = tail.next() => part,
            () = parts.closed() => return,
        };
        let Some(part) = part else { return };
        if parts.send(part).await.is_err() {
            return;
        }
    }
}

impl Body for Reply {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        match &mut self.rest {
            None => Poll::Ready(None),
            Some(rest) => {
                rest.poll_recv(context).map(|part| part.map(|part| Ok(Frame::data(Bytes::from(part)))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_none() && self.rest.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        match &self.rest {
            None => SizeHint::with_exact(self.first.as_ref().map_or(0, |first| first.len() as u64)),
            Some(_) => SizeHint::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;
    use std::future::Future;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    struct Counting {
        left: usize,
        made: Arc<AtomicUsize>,
    }

    impl Tail for Counting {
        fn next(&mut self) -> Pin<Box<dyn Future<Output = Option<Vec<u8>>> + Send + '_>> {
            Box::pin(async {
                self.left = self.left.checked_sub(1)?;
                self.made.fetch_add(1, Ordering::SeqCst);
                Some(b"more ".to_vec())
            })
        }
    }

    #[tokio::test]
    async fn what_follows_is_sent_behind_the_beginning() {
        let tail = Box::new(Counting { left: 2, made: Arc::default() });
        let reply = Reply::streaming(b"first ".to_vec(), tail);
        assert!(reply.size_hint().exact().is_none());
        assert_eq!(reply.collect().await.unwrap().to_bytes(), "first more more ");
        let whole = Reply::from(b"whole".to_vec());
        assert_eq!(whole.size_hint().exact(), Some(5));
        assert_eq!(whole.collect().await.unwrap().to_bytes(), "whole");
        assert!(Reply::from(Vec::new()).is_end_stream());
    }

    #[tokio::test]
    async fn a_client_that_does_not_take_stops_the_tail() {
        let made = Arc::<AtomicUsize>::default();
        let reply = Reply::streaming(Vec::new(), Box::new(Counting { left: 1_000, made: Arc::clone(&made) }));
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(made.load(Ordering::SeqCst) <= PARTS_MAX + 1);
        drop(reply);
    }
}
