//! The clustered back end: the laws, two front ends, a connection that breaks while committing, TLS, and a quiet log.

use crate::cluster::Cluster;
use crate::conformance;
use crate::proxy::{CUT_AFTER, CUT_BEFORE, Proxy};
use crate::scratch::{LOG, Note, at, block_on, note, open};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use sotto_public::{ChainId, Place};
use sotto_storage::{Batch, Location, Scan, StorageError, Store};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

#[test]
fn postgres_keeps_the_laws() {
    let Some(cluster) = Cluster::start() else { return };
    block_on(async {
        conformance::check(&cluster.location(&cluster.database(), cluster.port)).await;
        two_front_ends_see_one_order(&cluster).await;
        an_unknown_outcome_is_read_again(&cluster).await;
        a_newer_layout_is_refused(&cluster).await;
        a_store_comes_back_with_its_server(&cluster).await;
    });
    what_is_stored_is_not_in_the_log(&cluster);
}

async fn two_front_ends_see_one_order(cluster: &Cluster) {
    let location = cluster.location(&cluster.database(), cluster.port);
    // They start together: one of them migrates.
    let (one, two) = tokio::join!(open(&location, 1), open(&location, 2));
    let mut start = Batch::new();
    start.put(&at(1), &note(0));
    one.commit(start).await.unwrap();
    let tasks: Vec<_> = (0..16)
        .map(|number| tokio::spawn(add(if number % 2 == 0 { one.clone() } else { two.clone() }, 8)))
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(two.get(at(1)).await.unwrap().unwrap().read::<Note>().unwrap(), note(128));
    assert_eq!(one.heads(LOG).await.unwrap().iter().map(|head| head.seq).sum::<u64>(), 128);

    let mut heard = two.watch();
    let mut more = Batch::new();
    more.put(&at(2), &note(2));
    let epoch = one.commit(more).await.unwrap().epoch();
    let told = tokio::time::timeout(Duration::from_secs(5), heard.wait_for(|told| *told >= epoch)).await;
    assert!(told.is_ok(), "one front end hears of the other's commits");
}

async fn add(store: Arc<dyn Store>, times: u64) {
    let mut left = times;
    while left > 0 {
        let row = store.get(at(1)).await.unwrap().unwrap();
        let mut batch = Batch::new();
        let count = row.read::<Note>().unwrap().count + 1;
        batch.require_version(&at(1), row.version).put(&at(1), &note(count));
        batch.append(LOG, u128::from(count), &note(count), vec![Place::new("count").with(&count)]);
        match store.commit(batch).await {
            Ok(_) => left -= 1,
            Err(StorageError::Conflict { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

async fn an_unknown_outcome_is_read_again(cluster: &Cluster) {
    let proxy = Proxy::start(cluster.port);
    let store = open(&cluster.location(&cluster.database(), proxy.port), 1).await;
    let put = |number: u64| {
        let mut batch = Batch::new();
        batch.put(&at(number), &note(number)).append(LOG, 1, &note(number), Vec::new());
        batch
    };
    store.commit(put(1)).await.unwrap();
    proxy.cut(CUT_AFTER);
    let kept = store.commit(put(2)).await;
    assert!(proxy.has_cut());
    kept.expect("it was committed, and reading again shows it");
    proxy.cut(CUT_BEFORE);
    let lost = store.commit(put(3)).await.unwrap_err();
    assert!(proxy.has_cut());
    assert!(
        matches!(lost, StorageError::Unavailable(_)),
        "it was not committed, and reading again shows that"
    );
    store.commit(put(4)).await.unwrap();
    let rows = store.range(Scan::below(&Place::new("note"))).await.unwrap();
    let numbers: Vec<u64> = rows.iter().map(|row| row.read::<Note>().unwrap().count).collect();
    assert_eq!(numbers, [1, 2, 4]);
    assert_eq!(store.heads(LOG).await.unwrap()[0].seq, 3);
}

async fn a_newer_layout_is_refused(cluster: &Cluster) {
    let database = cluster.database();
    let location = cluster.location(&database, cluster.port);
    open(&location, 1).await.close().await.unwrap();
    cluster.sql(&database, "UPDATE sotto.layout SET number = 77").unwrap();
    let refused = location.open(ChainId::new(2)).await.err();
    assert_eq!(refused, Some(StorageError::NewerLayout { found: 77, known: 2 }));
}

async fn a_store_comes_back_with_its_server(cluster: &Cluster) {
    let store = open(&cluster.location(&cluster.database(), cluster.port), 1).await;
    let mut batch = Batch::new();
    batch.put(&at(1), &note(1));
    store.commit(batch.clone()).await.unwrap();
    cluster.kill();
    assert!(store.commit(batch.clone()).await.is_err());
    assert!(store.get(at(1)).await.is_err());
    cluster.launch();
    store.commit(batch.clone()).await.or(store.commit(batch).await).unwrap();
    assert_eq!(store.get(at(1)).await.unwrap().unwrap().read::<Note>().unwrap(), note(1));
}

/// The test's server logs all statements: parameters must not be among them.
fn what_is_stored_is_not_in_the_log(cluster: &Cluster) {
    let log = std::fs::read_to_string(cluster.log()).unwrap();
    assert!(log.contains("INSERT INTO sotto.record"), "statements are logged");
    assert!(!log.contains("canary") && !log.contains("63616e617279"), "values are not");
}

/// Certificates for `localhost` from an authority of the test's own, and those of a stranger.
#[expect(clippy::disallowed_methods, reason = "files of a test")]
fn make_certificates(directory: &Path) -> Vec<String> {
    let authority = || {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        (params.self_signed(&key).unwrap().pem(), Issuer::new(params, key))
    };
    let ((known, issuer), (stranger, _)) = (authority(), authority());
    let key = KeyPair::generate().unwrap();
    let leaf =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let write = |name: &str, pem: String| {
        let file = directory.join(name);
        std::fs::write(&file, pem).unwrap();
        file.display().to_string()
    };
    write("known.pem", known);
    write("stranger.pem", stranger);
    let (leaf, key) = (write("leaf.pem", leaf.pem()), write("leaf.key", key.serialize_pem()));
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    vec!["ssl=on".to_owned(), format!("ssl_cert_file={leaf}"), format!("ssl_key_file={key}")]
}

#[test]
fn a_server_is_believed_when_a_known_authority_names_it() {
    let mut directory = PathBuf::new();
    let started = Cluster::start_with(|path| {
        directory = path.to_owned();
        make_certificates(path)
    });
    let Some(cluster) = started else { return };
    let database = cluster.database();
    let location = |host: &str, authority: &str| {
        let file = directory.join(authority).display().to_string().replace('/', "%2F");
        Location::parse(&format!("postgres://sotto@{host}:{}/{database}?sslrootcert={file}", cluster.port))
            .unwrap()
    };
    block_on(async {
        let store = open(&location("localhost", "known.pem"), 1).await;
        let mut batch = Batch::new();
        batch.put(&at(1), &note(1));
        store.commit(batch).await.unwrap();
        let ours = "FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'sotto'";
        assert_eq!(cluster.sql(&database, &format!("SELECT bool_and(ssl) {ours}")).unwrap(), "t");
        for (host, authority) in [("localhost", "stranger.pem"), ("127.0.0.1", "known.pem")] {
            let refused = location(host, authority).open(ChainId::new(2)).await.err();
            assert!(matches!(refused, Some(StorageError::Unavailable(_))), "{host} {authority}");
        }
    });
}

#[test]
fn other_machines_are_talked_to_with_tls_only() {
    let refused = |text: &str| match Location::parse(text) {
        Err(StorageError::Address(why)) => why,
        other => panic!("{other:?}"),
    };
    let hint =
        "another machine is talked to with TLS only: add ?sslrootcert=FILE, the authority's certificate";
    for address in [
        "postgres://canary:canary@db.example:5432/sotto",
        "postgres://canary@192.0.2.7/sotto",
        "postgres://canary@localhost,db.example/sotto",
        "postgres://canary@db.example/sotto?sslmode=disable",
    ] {
        assert_eq!(refused(address), hint, "{address}");
    }
    assert_eq!(
        refused("postgres://canary@db.example/sotto?sslmode=require"),
        "sslmode is verify-full (or disable, on this machine)"
    );
    assert_eq!(
        refused("postgres://canary@db.example/sotto?sslmode=verify-full"),
        "sslmode=verify-full needs sslrootcert=FILE"
    );
    for address in [
        "postgres://canary@localhost/sotto",
        "postgresql://canary:canary@127.0.0.1:7777/sotto?sslmode=disable",
        "postgres://canary@[::1]/sotto",
        "postgres:///sotto?host=/run/postgresql&user=canary",
    ] {
        let shown = format!("{:?}", Location::parse(address).unwrap());
        assert!(!shown.contains("canary"), "{shown}");
    }
    assert!(matches!(Location::parse("data/here"), Ok(Location::Directory(_))));
}
