//! How is an embedded store copied while a server writes to it? As it was at one moment: records and rows in one read transaction
//! of SQLite, and the files of the write-ahead log as far as they reached then.
//!
//! Frames that are let go of are in segments that records of that moment name only if the records are the newer ones. So the files
//! of the log are listed first, then the moment is pinned, then the files are copied: if one of those listed is gone by then,
//! all is done again. What was appended meanwhile may be in the copy, too. Records that are to be kept apart (wrapped keys: a
//! backup that holds them undoes an erasure) go into a file of their own, of a moment after the frames, so that every frame
//! finds its key. Nothing is locked and nothing waits: a reader hinders no writer here.
//!
//! A copy of the database's file was rejected: pages hold what was deleted, and keys could not be parted from data.

use crate::sqlite::schema;
use crate::{BLOB_BYTES_MAX, Epoch, Row, StorageError, rows};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use sotto_public::{Blob, Foreign, Place, Stored};
use std::collections::BTreeSet;
use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// How often a copy is begun anew when files of the log went away under it.
const TRIES_MAX: usize = 16;
/// Records that are written in one transaction of the copy.
const ROWS_AT_ONCE: usize = 4_096;
/// Names of what a store's directory holds.
const RECORDS: &str = "sotto.db";
const LOG: &str = "wal";

/// Where a record goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// With the data.
    Data,
    /// Into the file of what is kept apart.
    Apart,
}

/// What was copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Records with the data.
    pub records: u64,
    /// Records kept apart.
    pub apart: u64,
    /// Rows of chained logs.
    pub rows: u64,
    /// Bytes of the write-ahead log.
    pub log_bytes: u64,
}

/// Copies the store of one directory into another, which must be empty or absent, and what is kept apart into a file.
///
/// # Errors
/// When there is no store, or one of another layout; when a file cannot be read or written; [`StorageError::Busy`] when the log
/// never held still for as long as it takes to copy it.
pub fn copy_store(
    from: &Path,
    to: &Path,
    apart: &Path,
    each: &mut dyn FnMut(&Place, &Stored) -> Part,
) -> Result<Copied, StorageError> {
    DirBuilder::new().recursive(true).mode(0o700).create(to.join(LOG)).map_err(failed)?;
    for _ in 0..TRIES_MAX {
        let listed = log_files(from)?;
        let mut source = source(&from.join(RECORDS))?;
        let moment = source.transaction()?;
        schema::counter(&moment, "epoch")?;
        let Some(log_bytes) = copy_log(from, to, &listed)? else { continue };
        let mut later = self::source(&from.join(RECORDS))?;
        let later = later.transaction()?;
        let copied = Copying::new(&to.join(RECORDS))?.all(&moment, each)?;
        let apart = Copying::new(apart)?.apart(&later, each)?;
        sync(&to.join(LOG))?;
        sync(to)?;
        return Ok(Copied { apart, log_bytes, ..copied });
    }
    Err(StorageError::Busy)
}

/// Puts the records of a file of what was kept apart into a copied store, newer than everything in it.
///
/// # Errors
/// When one of the files is no such file, or cannot be written.
pub fn join_apart(store: &Path, apart: &Path) -> Result<u64, StorageError> {
    let (mut target, apart) = (schema::connect(&store.join(RECORDS))?, source(apart)?);
    let transaction = target.transaction()?;
    let epoch = schema::counter(&transaction, "epoch")?.max(schema::counter(&apart, "epoch")?) + 1;
    let mut count = 0;
    {
        let mut insert = transaction.prepare_cached(PUT)?;
        let mut select = apart.prepare("SELECT place, body FROM record WHERE body IS NOT NULL")?;
        let mut found = select.query([])?;
        while let Some(row) = found.next()? {
            let (place, body): (Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?);
            insert.execute(params![place, crate::sqlite::signed(epoch), body])?;
            count += 1;
        }
    }
    let raised = crate::sqlite::signed(epoch);
    transaction.execute("UPDATE counter SET value = ?1 WHERE name = 'epoch'", [raised])?;
    transaction.commit()?;
    finish(target)?;
    Ok(count)
}

/// A record of a store that nobody writes to, such as a copy.
///
/// # Errors
/// When there is no store, or one of another layout.
pub fn copied_record(store: &Path, place: &Place) -> Result<Option<Row>, StorageError> {
    let source = source(&store.join(RECORDS))?;
    let select = "SELECT version, body FROM record WHERE place = ?1 AND body IS NOT NULL";
    let found = source.query_row(select, [place.as_bytes()], |row| {
        let (version, body): (i64, Vec<u8>) = (row.get(0)?, row.get(1)?);
        Ok((version, body))
    });
    let row = |(version, body)| Row {
        place: place.clone(),
        version: Epoch::new(crate::sqlite::unsigned(version)),
        record: rows::stored(body),
    };
    Ok(found.optional()?.map(row))
}

/// An object that a copy holds as a file.
///
/// # Errors
/// When it cannot be read, or is larger than an object may be.
pub fn read_blob_file(path: &Path) -> Result<Blob, StorageError> {
    let length = std::fs::metadata(path).map_err(failed)?.len();
    match usize::try_from(length) {
        Ok(length) if length <= BLOB_BYTES_MAX => std::fs::read(path).map(rows::blob).map_err(failed),
        found => Err(StorageError::TooLarge {
            what: "bytes",
            found: found.unwrap_or(usize::MAX),
            most: BLOB_BYTES_MAX,
        }),
    }
}

const PUT: &str = "INSERT OR REPLACE INTO record (place, version, body) VALUES (?1, ?2, ?3)";

fn failed(error: io::Error) -> StorageError {
    StorageError::Unavailable(Foreign::io(&error))
}

fn sync(path: &Path) -> Result<(), StorageError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(failed)
}

/// A store that is only read. The layout must be today's: nothing is changed here.
fn source(file: &Path) -> Result<Connection, StorageError> {
    if !file.is_file() {
        return Err(failed(io::ErrorKind::NotFound.into()));
    }
    // SQLite's readers take part in its locks, so the file is opened for writing and nothing is written.
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(schema::BUSY_WAIT)?;
    connection
        .execute_batch("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -4096;")?;
    let (found, known) = (schema::layout(&connection)?, schema::known());
    match found.cmp(&known) {
        std::cmp::Ordering::Greater => Err(StorageError::NewerLayout { found, known }),
        std::cmp::Ordering::Less => Err(StorageError::Unavailable(Foreign::new(
            "sqlite",
            "the store has an older layout: start the server of this release with it once",
        ))),
        std::cmp::Ordering::Equal => Ok(connection),
    }
}

/// Names of the files of the write-ahead log.
fn log_files(store: &Path) -> Result<BTreeSet<PathBuf>, StorageError> {
    let mut files = BTreeSet::new();
    for entry in std::fs::read_dir(store.join(LOG)).map_err(failed)? {
        let name = PathBuf::from(entry.map_err(failed)?.file_name());
        if name.extension().is_some_and(|ending| ending == "wal") {
            files.insert(name);
        }
    }
    Ok(files)
}

/// Copies the files of the log; `None` when one went away that was there before the moment.
fn copy_log(from: &Path, to: &Path, listed: &BTreeSet<PathBuf>) -> Result<Option<u64>, StorageError> {
    let (source, target) = (from.join(LOG), to.join(LOG));
    for old in log_files(to)? {
        std::fs::remove_file(target.join(old)).map_err(failed)?;
    }
    let (mut bytes, now) = (0, log_files(from)?);
    for name in listed.union(&now) {
        match std::fs::copy(source.join(name), target.join(name)) {
            Ok(copied) => bytes += copied,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        }
        sync(&target.join(name))?;
    }
    Ok(Some(bytes))
}

/// A file that is being written.
struct Copying {
    target: Connection,
    written: usize,
}

impl Copying {
    fn new(file: &Path) -> Result<Self, StorageError> {
        for ending in ["", "-wal", "-shm", "-journal"] {
            let mut name = file.as_os_str().to_owned();
            name.push(ending);
            match std::fs::remove_file(&name) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
                _ => {}
            }
        }
        crate::lock::private(file).map_err(failed)?;
        let mut target = schema::connect(file)?;
        schema::prepare(&mut target)?;
        target.execute_batch("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; BEGIN")?;
        Ok(Self { target, written: 0 })
    }

    fn one_more(&mut self) -> Result<(), StorageError> {
        self.written += 1;
        if self.written.is_multiple_of(ROWS_AT_ONCE) {
            self.target.execute_batch("COMMIT; BEGIN")?;
        }
        Ok(())
    }

    /// Everything that is not kept apart.
    fn all(
        mut self,
        moment: &Connection,
        each: &mut dyn FnMut(&Place, &Stored) -> Part,
    ) -> Result<Copied, StorageError> {
        let records = self.records(moment, Part::Data, each)?;
        let mut rows = 0;
        for table in TABLES {
            rows += self.table(moment, table)?;
        }
        self.counters(moment)?;
        self.end()?;
        Ok(Copied { records, rows, ..Copied::default() })
    }

    /// What is kept apart.
    fn apart(
        mut self,
        moment: &Connection,
        each: &mut dyn FnMut(&Place, &Stored) -> Part,
    ) -> Result<u64, StorageError> {
        let count = self.records(moment, Part::Apart, each)?;
        self.counters(moment)?;
        self.end()?;
        Ok(count)
    }

    /// Records of one part. Deletions are remembered with the data: whoever follows changes must hear of them.
    fn records(
        &mut self,
        moment: &Connection,
        part: Part,
        each: &mut dyn FnMut(&Place, &Stored) -> Part,
    ) -> Result<u64, StorageError> {
        let mut select = moment.prepare("SELECT place, version, body FROM record")?;
        let (mut found, mut count) = (select.query([])?, 0);
        while let Some(row) = found.next()? {
            let (place, version): (Vec<u8>, i64) = (row.get(0)?, row.get(1)?);
            let body: Option<Vec<u8>> = row.get(2)?;
            let (place, body) = (rows::place(place), body.map(rows::stored));
            let goes = body.as_ref().map_or(Part::Data, |body| each(&place, body));
            if goes != part {
                continue;
            }
            count += u64::from(body.is_some());
            let bytes = body.as_ref().map(Stored::as_bytes);
            self.target.prepare_cached(PUT)?.execute(params![place.as_bytes(), version, bytes])?;
            self.one_more()?;
        }
        Ok(count)
    }

    fn table(&mut self, moment: &Connection, table: &Table) -> Result<u64, StorageError> {
        let mut select = moment.prepare(table.select)?;
        let columns = select.column_count();
        let (mut found, mut count) = (select.query([])?, 0);
        while let Some(row) = found.next()? {
            let values = (0..columns)
                .map(|column| row.get::<_, rusqlite::types::Value>(column))
                .collect::<Result<Vec<_>, _>>()?;
            self.target.prepare_cached(table.insert)?.execute(rusqlite::params_from_iter(values))?;
            self.one_more()?;
            count += u64::from(table.counts);
        }
        Ok(count)
    }

    fn counters(&mut self, moment: &Connection) -> Result<(), StorageError> {
        for name in ["epoch", "floor"] {
            let value = crate::sqlite::signed(schema::counter(moment, name)?);
            self.target.execute("UPDATE counter SET value = ?1 WHERE name = ?2", params![value, name])?;
        }
        Ok(())
    }

    fn end(self) -> Result<(), StorageError> {
        self.target.execute_batch("COMMIT")?;
        finish(self.target)
    }
}

/// One file, durable, without a log beside it.
fn finish(target: Connection) -> Result<(), StorageError> {
    target.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    target.execute_batch("PRAGMA journal_mode = DELETE")?;
    let path = target.path().map(PathBuf::from);
    drop(target);
    path.map_or(Ok(()), |path| sync(&path))
}

/// A table of rows that are copied as they are.
struct Table {
    select: &'static str,
    insert: &'static str,
    /// Whether its rows are told.
    counts: bool,
}

const TABLES: &[Table] = &[
    Table {
        select: "SELECT log, chain, seq, link FROM head",
        insert: "INSERT INTO head (log, chain, seq, link) VALUES (?1, ?2, ?3, ?4)",
        counts: false,
    },
    Table {
        select: "SELECT log, chain, seq, link, event, body FROM log_row",
        insert: "INSERT INTO log_row (log, chain, seq, link, event, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        counts: true,
    },
    Table {
        select: "SELECT log, place, chain, seq FROM log_index",
        insert: "INSERT INTO log_index (log, place, chain, seq) VALUES (?1, ?2, ?3, ?4)",
        counts: false,
    },
];
