//! Segments in a bucket: the objects of S3, or of a service that speaks like it, under a prefix.
//!
//! Asked through the client that the verbs of the command line use, with AWS's usual sources of credentials, Region and endpoint
//! (`AWS_ENDPOINT_URL_S3`). The crate `object_store` was rejected for this: it brings a second HTTP client and a second TLS, for
//! four operations. A put is durable when it is answered, and readers see it at once (S3 user guide, "Amazon S3 data consistency
//! model"). Large objects are read in parts.

use sotto_public::{Blob, Foreign, Public};
use sotto_sensitive::{RawBytes, RawText};
use sotto_storage::{BLOB_BYTES_MAX, BlobEntry, BlobName, Blobs, Reply, StorageError};
use sotto_wire::client::credentials::{Profile, Surroundings};
use sotto_wire::client::http::Client;
use sotto_wire::client::{self, ClientError};
use sotto_wire::{Input, Output, Value};
use std::path::PathBuf;

/// Bytes that are read at once.
const PART_BYTES: usize = 32 * 1024 * 1024;
/// Most pages of a list: a thousand names each.
const PAGES_MAX: usize = 10_000;

/// Objects in a bucket.
#[derive(Debug)]
pub(crate) struct BucketBlobs {
    client: Client,
    bucket: String,
    prefix: String,
}

const UNEXPECTED: StorageError =
    StorageError::Unavailable(Foreign::new("bucket", "its answer is not what it should be"));

impl BucketBlobs {
    /// The bucket of an address `s3://BUCKET/PREFIX`; nothing when it is none.
    pub(crate) fn parse(address: &str, surroundings: Surroundings) -> Option<Result<Self, ClientError>> {
        let rest = address.strip_prefix("s3://")?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let prefix = prefix.trim_matches('/');
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        if bucket.is_empty() {
            return Some(Err(ClientError::Endpoint));
        }
        Some(Profile::find(None, surroundings).map(|profile| Self {
            client: Client::new(profile, None, None),
            bucket: bucket.to_owned(),
            prefix,
        }))
    }

    async fn ask(&self, operation: &'static str, input: Output) -> Result<Input, ClientError> {
        self.client.call("s3", operation, input.with("Bucket", own(self.bucket.clone()))).await
    }

    fn of(&self, name: &BlobName) -> Output {
        Output::new().with("Key", own(format!("{}{name}", self.prefix)))
    }

    /// A part of an object; a part behind its end is empty.
    async fn part(
        &self,
        name: &BlobName,
        offset: u64,
        length: usize,
    ) -> Result<Option<Vec<u8>>, StorageError> {
        // An empty range cannot be said: one byte says whether the object is there.
        let last = offset.saturating_add(length.max(1) as u64 - 1);
        let input = self.of(name).with("Range", own(format!("bytes={offset}-{last}")));
        match self.ask("GetObject", input).await {
            Ok(mut answer) => {
                let mut bytes = taken(answer.take_bytes("Body").ok_or(UNEXPECTED)?);
                bytes.truncate(length);
                Ok(Some(bytes))
            }
            Err(ClientError::Service { code, .. }) if code.get() == "NoSuchKey" => Ok(None),
            Err(ClientError::Service { code, .. }) if code.get() == "InvalidRange" => Ok(Some(Vec::new())),
            Err(error) => Err(unavailable(&error)),
        }
    }

    async fn list_all(&self, below: &BlobName) -> Result<Vec<BlobEntry>, StorageError> {
        let (mut found, mut next): (Vec<BlobEntry>, Option<Public<String>>) = (Vec::new(), None);
        for _ in 0..PAGES_MAX {
            let mut input = Output::new().with("Prefix", own(format!("{}{below}", self.prefix)));
            if let Some(token) = next.take() {
                input = input.with("ContinuationToken", own(token.into_inner()));
            }
            let answer = self.ask("ListObjectsV2", input).await.map_err(|error| unavailable(&error))?;
            for entry in answer.list("Contents") {
                let name = entry.raw("Key").map(shown).ok_or(UNEXPECTED)?;
                let length =
                    entry.integer("Size").and_then(|size| u64::try_from(size).ok()).ok_or(UNEXPECTED)?;
                let name = name.strip_prefix(&self.prefix).map(str::parse::<BlobName>);
                found.extend(name.and_then(Result::ok).map(|name| BlobEntry { name, length }));
            }
            next = answer.public("NextContinuationToken").cloned();
            if next.is_none() {
                break;
            }
        }
        found.retain(|entry| below.holds(&entry.name));
        found.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(found)
    }
}

impl Blobs for BucketBlobs {
    fn put(&self, name: BlobName, blob: Blob) -> Reply<'_, ()> {
        Box::pin(async move {
            if blob.length() > BLOB_BYTES_MAX {
                return Err(StorageError::TooLarge {
                    what: "bytes",
                    found: blob.length(),
                    most: BLOB_BYTES_MAX,
                });
            }
            let body = client::bytes(RawBytes::new(blob.as_bytes().to_vec()));
            let put = self.ask("PutObject", self.of(&name).with("Body", body)).await;
            put.map(drop).map_err(|error| unavailable(&error))
        })
    }

    fn get(&self, name: BlobName) -> Reply<'_, Option<Blob>> {
        Box::pin(async move {
            let mut whole = Vec::new();
            loop {
                let Some(part) = self.part(&name, whole.len() as u64, PART_BYTES).await? else {
                    return Ok(None);
                };
                let is_last = part.len() < PART_BYTES;
                whole.extend(part);
                if is_last || whole.len() > BLOB_BYTES_MAX {
                    return Ok(Some(blob_of(whole)));
                }
            }
        })
    }

    fn range(&self, name: BlobName, offset: u64, length: usize) -> Reply<'_, Option<Blob>> {
        Box::pin(async move { Ok(self.part(&name, offset, length.min(PART_BYTES)).await?.map(blob_of)) })
    }

    fn list(&self, below: BlobName) -> Reply<'_, Vec<BlobEntry>> {
        Box::pin(async move { self.list_all(&below).await })
    }

    fn delete(&self, name: BlobName) -> Reply<'_, ()> {
        Box::pin(async move {
            self.ask("DeleteObject", self.of(&name)).await.map(drop).map_err(|error| unavailable(&error))
        })
    }

    fn path(&self, _name: &BlobName) -> Option<PathBuf> {
        None
    }
}

fn own(text: String) -> Value {
    client::text(RawText::new(text))
}

#[expect(clippy::disallowed_methods, reason = "an object that this store wrote comes back")]
fn taken(bytes: RawBytes) -> Vec<u8> {
    bytes.expose().to_vec()
}

#[expect(clippy::disallowed_methods, reason = "names of objects are of our own making, and are checked")]
fn shown(text: &RawText) -> String {
    text.expose().to_owned()
}

#[expect(clippy::disallowed_methods, reason = "an object that this store wrote comes back")]
fn blob_of(bytes: Vec<u8>) -> Blob {
    Blob::from_pinned_bytes(bytes)
}

/// The client's error without the service's words.
fn unavailable(error: &ClientError) -> StorageError {
    let kind = match error {
        ClientError::Unreachable(foreign) => return StorageError::Unavailable(*foreign),
        ClientError::Credentials | ClientError::Profile => "no credentials were found for it",
        ClientError::TimedOut => "it did not answer in time",
        ClientError::Service { code, .. } if code.get() == "NoSuchBucket" => "there is no such bucket",
        ClientError::Service { code, .. } if code.get() == "AccessDenied" => "access is denied",
        ClientError::Service { .. } => "it refused",
        _ => "its answer is not what it should be",
    };
    StorageError::Unavailable(Foreign::new("bucket", kind))
}

#[cfg(test)]
#[path = "../../../storage/tests/shared/blob_laws.rs"]
mod blob_laws;

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};
    use std::path::Path;
    use std::process::{Child, Command, Stdio};
    use std::time::{Duration, Instant};

    /// Ends with the test.
    struct Server(Child);

    impl Drop for Server {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    /// moto's S3, where it is installed.
    fn moto() -> Option<(Server, u16)> {
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.venv/bin/moto_server");
        let program = if beside.exists() { beside } else { PathBuf::from("moto_server") };
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let started = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(child) = started else {
            println!("skipped: moto_server is not installed (scripts/requirements.txt)");
            assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "moto is needed in CI");
            return None;
        };
        let server = Server(child);
        let deadline = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(("127.0.0.1", port)).is_err() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(100));
        }
        Some((server, port))
    }

    fn surroundings(port: u16) -> Surroundings {
        let raw = |text: &str| RawText::new(text.to_owned());
        Surroundings::default()
            .with("AWS_ACCESS_KEY_ID", &raw("AKIDEXAMPLE"))
            .with("AWS_SECRET_ACCESS_KEY", &raw("canary"))
            .with("AWS_ENDPOINT_URL", &raw(&format!("http://127.0.0.1:{port}")))
    }

    #[test]
    fn addresses_are_read() {
        let parse = |address: &str| BucketBlobs::parse(address, surroundings(1));
        assert!(parse("/var/lib/sotto").is_none() && parse("s3://").unwrap().is_err());
        for (address, bucket, prefix) in
            [("s3://b", "b", ""), ("s3://b/", "b", ""), ("s3://b/p/q/", "b", "p/q/"), ("s3://b/p", "b", "p/")]
        {
            let made = parse(address).unwrap().unwrap();
            assert_eq!((made.bucket.as_str(), made.prefix.as_str()), (bucket, prefix));
        }
    }

    #[test]
    fn a_bucket_keeps_the_laws_of_objects() {
        let Some((_server, port)) = moto() else { return };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let blobs = BucketBlobs::parse("s3://canary/prefix", surroundings(port)).unwrap().unwrap();
            let name = BlobName::new("laws");
            let missing = blobs.put(name.clone(), blob_laws::blob(b"x")).await.unwrap_err();
            assert!(missing.to_string().contains("there is no such bucket"), "{missing}");
            blobs.ask("CreateBucket", Output::new()).await.unwrap();
            blob_laws::check(&blobs).await;
            let large = vec![b'x'; PART_BYTES + 7];
            blobs.put(name.clone(), blob_laws::blob(&large)).await.unwrap();
            assert_eq!(blobs.get(name).await.unwrap().unwrap().length(), PART_BYTES + 7, "read in parts");
            let bare = BucketBlobs::parse("s3://canary", surroundings(port)).unwrap().unwrap();
            assert_eq!(bare.list(BlobName::new("laws")).await.unwrap().len(), 0, "prefixes are apart");
        });
    }
}
