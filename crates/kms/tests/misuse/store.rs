use sotto_kms::{DataKey, RootKey, StoreKey};
use sotto_public::Storable;

fn stored<T: Storable>() {}

fn main() {
    stored::<StoreKey>();
    stored::<DataKey>();
    stored::<RootKey>();
}
