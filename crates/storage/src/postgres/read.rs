//! How is it read back? With the same statements as in the embedded back end, each one snapshot.

use crate::rows::{Changed, cut, page, place, stored, text_of};
use crate::sqlite::{signed, unsigned};
use crate::{Changes, Epoch, Found, Log, Row, Scan, StorageError};
use sotto_public::{ChainHead, ChainId, ChainRow, Foreign, Link, Place};
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row as SqlRow};

/// The record at a place.
pub(crate) async fn get(client: &Client, place: Place) -> Result<Option<Row>, StorageError> {
    let select = "SELECT version, body FROM sotto.record WHERE place = $1 AND body IS NOT NULL";
    let found = client.query_typed_opt(select, &[(&place.as_bytes(), Type::BYTEA)]).await?;
    let row = |row: SqlRow| Ok(Row { place, version: epoch(&row, 0)?, record: stored(row.try_get(1)?) });
    found.map(row).transpose()
}

/// Records in order.
pub(crate) async fn range(client: &Client, scan: &Scan) -> Result<Vec<Row>, StorageError> {
    let select = text_of(
        scan,
        "SELECT place, version, body FROM sotto.record WHERE place >= $1 AND place < $2 AND body IS NOT NULL ORDER BY place LIMIT $3",
        "SELECT place, version, body FROM sotto.record WHERE place >= $1 AND place < $2 AND body IS NOT NULL ORDER BY place DESC LIMIT $3",
    );
    let given = [
        (&scan.low as _, Type::BYTEA),
        (&scan.high as _, Type::BYTEA),
        (&limit(scan.limit) as _, Type::INT8),
    ];
    let rows = client.query_typed(select, &given).await?;
    let row = |row: SqlRow| {
        Ok(Row { place: place(row.try_get(0)?), version: epoch(&row, 1)?, record: stored(row.try_get(2)?) })
    };
    rows.into_iter().map(row).collect()
}

/// What changed after an epoch: counters and rows in one statement are one snapshot.
pub(crate) async fn changes(client: &Client, after: Epoch, most: usize) -> Result<Changes, StorageError> {
    let most = page(most);
    let (rows, epoch, floor) = changed(client, (after.number(), i64::MAX), limit(most + 1)).await?;
    if after.number() < floor {
        return Ok(Changes::TooOld);
    }
    match cut(rows, most, epoch) {
        Ok(changes) => Ok(changes),
        Err(version) => {
            let (records, now, _) = changed(client, (version - 1, signed(version)), i64::MAX).await?;
            Ok(Changes::Since { records, through: Epoch::new(version), more: version < now })
        }
    }
}

async fn changed(
    client: &Client,
    (low, high): (u64, i64),
    most: i64,
) -> Result<(Vec<Changed>, u64, u64), StorageError> {
    let select = "
        WITH changed AS (
            SELECT place, version, body FROM sotto.record
            WHERE version > $1 AND version <= $2 ORDER BY version, place LIMIT $3
        )
        SELECT e.value, f.value, c.place, c.version, c.body
        FROM sotto.counter e JOIN sotto.counter f ON f.name = 'floor' LEFT JOIN changed c ON true
        WHERE e.name = 'epoch' ORDER BY c.version, c.place";
    let given = [(&signed(low) as _, Type::INT8), (&high as _, Type::INT8), (&most as _, Type::INT8)];
    let rows = client.query_typed(select, &given).await?;
    let first =
        rows.first().ok_or(StorageError::Unavailable(Foreign::new("postgresql", "its counters are gone")))?;
    let (now, floor) = (unsigned(first.try_get(0)?), unsigned(first.try_get(1)?));
    let mut changed = Vec::with_capacity(rows.len());
    for row in &rows {
        if let Some(at) = row.try_get::<_, Option<Vec<u8>>>(2)? {
            let body: Option<Vec<u8>> = row.try_get(4)?;
            changed.push((place(at), epoch(row, 3)?, body.map(stored)));
        }
    }
    Ok((changed, now, floor))
}

/// Rows of one chain after a number.
pub(crate) async fn chain(
    client: &Client,
    log: Log,
    chain: ChainId,
    (after, most): (u64, usize),
) -> Result<Vec<ChainRow>, StorageError> {
    let select = "SELECT seq, link, body FROM sotto.log_row WHERE log = $1 AND chain = $2 AND seq > $3 ORDER BY seq LIMIT $4";
    let chain_bytes: &[u8] = &chain.to_bytes();
    let given = [
        (&log.name() as _, Type::TEXT),
        (&chain_bytes as _, Type::BYTEA),
        (&signed(after) as _, Type::INT8),
        (&limit(page(most)) as _, Type::INT8),
    ];
    let rows = client.query_typed(select, &given).await?;
    rows.iter().map(|row| chain_row(row, chain, 0)).collect()
}

/// Where the chains of a log end.
pub(crate) async fn heads(client: &Client, log: Log) -> Result<Vec<ChainHead>, StorageError> {
    let select = "SELECT chain, seq, link FROM sotto.head WHERE log = $1 ORDER BY chain";
    let rows = client.query_typed(select, &[(&log.name(), Type::TEXT)]).await?;
    rows.iter()
        .map(|row| {
            Ok(ChainHead { chain: chain_id(row, 0)?, seq: unsigned(row.try_get(1)?), link: link(row, 2)? })
        })
        .collect()
}

/// Rows of a log by their index places.
pub(crate) async fn find(client: &Client, log: Log, scan: &Scan) -> Result<Vec<Found>, StorageError> {
    let select = text_of(
        scan,
        "SELECT i.place, r.seq, r.link, r.body, r.chain FROM sotto.log_index i JOIN sotto.log_row r USING (log, chain, seq) WHERE i.log = $4 AND i.place >= $1 AND i.place < $2 ORDER BY i.place LIMIT $3",
        "SELECT i.place, r.seq, r.link, r.body, r.chain FROM sotto.log_index i JOIN sotto.log_row r USING (log, chain, seq) WHERE i.log = $4 AND i.place >= $1 AND i.place < $2 ORDER BY i.place DESC LIMIT $3",
    );
    let given = [
        (&scan.low as _, Type::BYTEA),
        (&scan.high as _, Type::BYTEA),
        (&limit(scan.limit) as _, Type::INT8),
        (&log.name() as _, Type::TEXT),
    ];
    let rows = client.query_typed(select, &given).await?;
    let found = |row: &SqlRow| {
        let chain = chain_id(row, 4)?;
        Ok(Found { place: place(row.try_get(0)?), row: chain_row(row, chain, 1)? })
    };
    rows.iter().map(found).collect()
}

fn chain_row(row: &SqlRow, chain: ChainId, first: usize) -> Result<ChainRow, StorageError> {
    Ok(ChainRow {
        chain,
        seq: unsigned(row.try_get(first)?),
        link: link(row, first + 1)?,
        body: stored(row.try_get(first + 2)?),
    })
}

fn epoch(row: &SqlRow, column: usize) -> Result<Epoch, StorageError> {
    Ok(Epoch::new(unsigned(row.try_get(column)?)))
}

pub(super) fn link(row: &SqlRow, column: usize) -> Result<Link, StorageError> {
    row.try_get::<_, &[u8]>(column)?.try_into().map(Link::new).map_err(|_| damaged())
}

fn chain_id(row: &SqlRow, column: usize) -> Result<ChainId, StorageError> {
    let bytes = row.try_get::<_, &[u8]>(column)?.try_into().map_err(|_| damaged())?;
    Ok(ChainId::new(u128::from_be_bytes(bytes)))
}

fn damaged() -> StorageError {
    StorageError::Damaged(sotto_public::Malformed::Short)
}

fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
