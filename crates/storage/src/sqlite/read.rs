//! How is it read back? By place, by range, by epoch, by chain, by index: each one statement over its own index.

use super::{schema, signed, unsigned};
use crate::rows::{Changed, page, text_of};
use crate::{Changes, Epoch, Found, Log, Row, Scan, StorageError};
use rusqlite::{Connection, OptionalExtension, Row as SqlRow, params};
use sotto_public::{ChainHead, ChainId, ChainRow, Link, Place};

/// The record at a place.
pub(crate) fn get(connection: &Connection, place: Place) -> Result<Option<Row>, StorageError> {
    let mut statement = connection
        .prepare_cached("SELECT version, body FROM record WHERE place = ?1 AND body IS NOT NULL")?;
    let found: Option<(i64, Vec<u8>)> =
        statement.query_row([place.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    Ok(found.map(|(version, body)| Row {
        place,
        version: Epoch::new(unsigned(version)),
        record: crate::rows::stored(body),
    }))
}

/// Records in order.
pub(crate) fn range(connection: &Connection, scan: &Scan) -> Result<Vec<Row>, StorageError> {
    let mut statement = connection.prepare_cached(text_of(
        scan,
        "SELECT place, version, body FROM record WHERE place >= ?1 AND place < ?2 AND body IS NOT NULL ORDER BY place LIMIT ?3",
        "SELECT place, version, body FROM record WHERE place >= ?1 AND place < ?2 AND body IS NOT NULL ORDER BY place DESC LIMIT ?3",
    ))?;
    let rows = statement.query_map(params![scan.low, scan.high, limit(scan.limit)], |row| {
        Ok(Row {
            place: place(row, 0)?,
            version: Epoch::new(unsigned(row.get(1)?)),
            record: crate::rows::stored(row.get(2)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What changed after an epoch, from one snapshot.
pub(crate) fn changes(
    connection: &mut Connection,
    after: Epoch,
    most: usize,
) -> Result<Changes, StorageError> {
    let transaction = connection.transaction()?;
    let epoch = schema::counter(&transaction, "epoch")?;
    if after.number() < schema::counter(&transaction, "floor")? {
        return Ok(Changes::TooOld);
    }
    let select = |low: u64, high: u64, most: i64| -> Result<Vec<Changed>, StorageError> {
        let mut statement = transaction.prepare_cached(
            "SELECT place, version, body FROM record WHERE version > ?1 AND version <= ?2 ORDER BY version, place LIMIT ?3",
        )?;
        let rows = statement.query_map(params![signed(low), signed(high), most], |row| {
            let body: Option<Vec<u8>> = row.get(2)?;
            Ok((place(row, 0)?, Epoch::new(unsigned(row.get(1)?)), body.map(crate::rows::stored)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    };
    let most = page(most);
    let rows = select(after.number(), epoch, limit(most + 1))?;
    match crate::rows::cut(rows, most, epoch) {
        Ok(changes) => Ok(changes),
        Err(version) => Ok(Changes::Since {
            records: select(version - 1, version, -1)?,
            through: Epoch::new(version),
            more: version < epoch,
        }),
    }
}

/// Rows of one chain after a number.
pub(crate) fn chain(
    connection: &Connection,
    log: Log,
    chain: ChainId,
    (after, most): (u64, usize),
) -> Result<Vec<ChainRow>, StorageError> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, link, body FROM log_row WHERE log = ?1 AND chain = ?2 AND seq > ?3 ORDER BY seq LIMIT ?4",
    )?;
    let given = params![log.name(), chain.to_bytes(), signed(after), limit(page(most))];
    let rows = statement.query_map(given, |row| chain_row(row, chain, 0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Where the chains of a log end.
pub(crate) fn heads(connection: &Connection, log: Log) -> Result<Vec<ChainHead>, StorageError> {
    let mut statement =
        connection.prepare_cached("SELECT chain, seq, link FROM head WHERE log = ?1 ORDER BY chain")?;
    let rows = statement.query_map([log.name()], |row| {
        Ok(ChainHead {
            chain: ChainId::new(u128::from_be_bytes(row.get(0)?)),
            seq: unsigned(row.get(1)?),
            link: Link::new(row.get(2)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Rows of a log by their index places.
pub(crate) fn find(connection: &Connection, log: Log, scan: &Scan) -> Result<Vec<Found>, StorageError> {
    let mut statement = connection.prepare_cached(text_of(
        scan,
        "SELECT i.place, r.seq, r.link, r.body, r.chain FROM log_index i JOIN log_row r ON r.log = i.log AND r.chain = i.chain AND r.seq = i.seq WHERE i.log = ?4 AND i.place >= ?1 AND i.place < ?2 ORDER BY i.place LIMIT ?3",
        "SELECT i.place, r.seq, r.link, r.body, r.chain FROM log_index i JOIN log_row r ON r.log = i.log AND r.chain = i.chain AND r.seq = i.seq WHERE i.log = ?4 AND i.place >= ?1 AND i.place < ?2 ORDER BY i.place DESC LIMIT ?3",
    ))?;
    let rows = statement.query_map(params![scan.low, scan.high, limit(scan.limit), log.name()], |row| {
        let chain = ChainId::new(u128::from_be_bytes(row.get(4)?));
        Ok(Found { place: place(row, 0)?, row: chain_row(row, chain, 1)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn place(row: &SqlRow<'_>, column: usize) -> rusqlite::Result<Place> {
    Ok(crate::rows::place(row.get(column)?))
}

fn chain_row(row: &SqlRow<'_>, chain: ChainId, first: usize) -> rusqlite::Result<ChainRow> {
    Ok(ChainRow {
        chain,
        seq: unsigned(row.get(first)?),
        link: Link::new(row.get(first + 1)?),
        body: crate::rows::stored(row.get(first + 2)?),
    })
}

fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
