//! In which order are the accounts looked at that have something waiting? Behind the one that was served last, round to it: an account
//! that is always first would take each place that comes free, and those behind it none.

use sotto_arn::AccountId;
use sotto_public::Place;
use sotto_storage::{PAGE_ROWS_MAX, Row, Scan, StorageError, Store};

/// A way through all that waits: behind the account that was served last, and then from the front up to its end.
pub(super) struct Round {
    below: Place,
    start: Option<Place>,
    after: Option<Place>,
    is_at_front: bool,
}

impl Round {
    /// Through the places below this one, where the first step of each is an account.
    pub(super) fn behind(below: Place, served: Option<&AccountId>) -> Self {
        let start = served.map(|account| below.clone().with(account).with(&u128::MAX));
        Self { below, after: start.clone(), is_at_front: start.is_none(), start }
    }

    /// The next rows; none at the end.
    pub(super) async fn page(&mut self, store: &dyn Store) -> Result<Vec<Row>, StorageError> {
        loop {
            let mut scan = Scan::below(&self.below).limit(PAGE_ROWS_MAX);
            if let Some(after) = &self.after {
                scan = scan.after(after);
            }
            let mut rows = store.range(scan).await?;
            if let Some(start) = self.start.as_ref().filter(|_| self.is_at_front) {
                rows.retain(|row| row.place <= *start);
            }
            match rows.last() {
                None if !self.is_at_front => (self.is_at_front, self.after) = (true, None),
                last => {
                    self.after = last.map(|row| row.place.clone());
                    return Ok(rows);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_public::{ChainId, Storable, StoredRecord};
    use sotto_storage::{Batch, SqliteStore};

    #[derive(Storable)]
    struct Mark {
        account: AccountId,
    }

    impl StoredRecord for Mark {
        const KIND: &'static str = "mark-of-a-round";
    }

    fn below() -> Place {
        Place::new("round")
    }

    #[tokio::test]
    async fn each_look_begins_behind_the_account_that_was_served_last() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path(), ChainId::new(1)).unwrap();
        let accounts = ["111122223333", "222233334444", "333344445555"];
        let mut batch = Batch::new();
        for (account, number) in accounts.iter().flat_map(|account| [(account, 1_u128), (account, u128::MAX)])
        {
            let account = AccountId::parse(account).unwrap();
            let mark = Mark { account: account.clone() };
            batch.put(&below().with(&account).with(&number), &mark);
        }
        store.commit(batch).await.unwrap();
        let [first, second, third] = accounts;
        for (served, wanted) in [
            (None, [first, first, second, second, third, third]),
            (Some(first), [second, second, third, third, first, first]),
            (Some(second), [third, third, first, first, second, second]),
            (Some(third), [first, first, second, second, third, third]),
            // Whoever was served last may have nothing left.
            (Some("299999999999"), [third, third, first, first, second, second]),
        ] {
            let served = served.map(|account| AccountId::parse(account).unwrap());
            let (mut round, mut seen) = (Round::behind(below(), served.as_ref()), Vec::new());
            loop {
                let rows = round.page(&store).await.unwrap();
                if rows.is_empty() {
                    break;
                }
                seen.extend(rows.iter().map(|row| row.read::<Mark>().unwrap().account));
            }
            let seen: Vec<_> = seen.iter().map(AccountId::as_str).collect();
            assert_eq!(seen, wanted, "{served:?}");
        }
    }
}
