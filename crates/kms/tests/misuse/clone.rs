use sotto_kms::{DataKey, RootKey, StoreKey};

fn cloned(root: &RootKey, store: &StoreKey, data: &DataKey) {
    let _: RootKey = root.clone();
    let _: StoreKey = store.clone();
    let _: DataKey = data.clone();
}

fn main() {}
